"""Guessing the encoding of a text."""

import codecs
import re

#: {codec: its common name}, as far as a codec can be guessed or chosen for a CSV.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
#: The one-byte codecs among them. Telling them apart by their signs is right more often than charset-normalizer, which
#: reads “Ñandú” or a short header in Mac Roman as Windows-1252, and Spanish in Windows-1252 as Central European.
WESTERN = ("cp1252", "mac_roman")
#: Signs beyond ASCII in texts of Western languages: the wrong encoding gives other signs.
WESTERN_SIGNS = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡àèìòùâêîôûäëïöçãõÀÈÂÊÎÔÇÄÖßåæøœ“”‘’«»–—…°ºª€§·•™®©½²³£×±")
#: A quotation mark opens before a word, and a dash or another mark stands between words.
MISPLACED_SIGN = re.compile("(?<=[a-z])(?:[“‘]|[–”…](?=[a-z]))")
#: How much of a file is looked at, in bytes.
SAMPLE = 256 * 1024


def guess_encoding(content: bytes) -> str | None:
    """Return the codec that a byte order mark or zeros show, else UTF-8, else the likelier Western one.

    Return None for bytes that look like no text. UTF-16 may still turn out not to decode.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = content[:SAMPLE]
    zeros = [sample[parity::2].count(0) / (len(sample) // 2 or 1) for parity in (0, 1)]
    # Of two bytes that make a Western letter in UTF-16, one is zero.
    if max(zeros) > 0.4 and min(zeros) < 0.1:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1f]", sample))
    if controls > len(sample) / 100 + 3:
        return None
    if decodes(content, "utf-8-sig"):
        return "utf-8-sig"
    return max((codec for codec in WESTERN if decodes(content, codec)), key=lambda codec: _western_share(sample, codec))


def is_western(content: bytes, encoding: str) -> bool:
    """Return whether a text that is read in a one-byte encoding looks like one of a Western language."""
    sample = content[:SAMPLE]
    return sum(byte > 0x7F for byte in sample) < len(sample) * 0.4 and _western_share(sample, encoding) > 0.9


def _western_share(sample: bytes, encoding: str) -> float:
    """Return how many of the signs beyond ASCII are Western ones in their places, less those that are not: -3 to 1."""
    text = sample.decode(encoding, "replace")
    signs = [sign for sign in text if sign > "\x7f"]
    expected = sum(1 if sign in WESTERN_SIGNS else -1 for sign in signs)
    return (expected - 2 * len(MISPLACED_SIGN.findall(text))) / (len(signs) or 1)


def decodes(content: bytes, encoding: str) -> bool:
    """Return whether all bytes are text in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), SAMPLE):
            decoder.decode(content[start : start + SAMPLE], final=start + SAMPLE >= len(content))
    except UnicodeError:
        # Not only bytes that are no text: a UTF-16 whose order of bytes is not marked is none either.
        return False
    return True
