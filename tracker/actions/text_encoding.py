"""Guessing the encoding of texts."""

import codecs
import re

#: {codec: its common name} of the codecs that are guessed, or can be chosen for a CSV.
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
}
#: The one-byte codecs. Comparing their signs is right more often than charset-normalizer, which reads “Ñandú” or a
#: short header in Mac Roman as Windows-1252, and Spanish in Windows-1252 as Central European.
WESTERN = ("cp1252", "mac_roman")
#: Non-ASCII signs of texts in Western languages; the wrong encoding gives others.
WESTERN_SIGNS = frozenset("áéíóúüñÁÉÍÓÚÜÑ¿¡àèìòùâêîôûäëïöçãõÀÈÂÊÎÔÇÄÖßåæøœ“”‘’«»–—…°ºª€§·•™®©½²³£×±")
#: An opening quotation mark behind a letter, or a dash or another mark within a word.
MISPLACED_SIGN = re.compile("(?<=[a-z])(?:[“‘]|[–”…](?=[a-z]))")
#: How many bytes of a file are examined.
SAMPLE = 256 * 1024


def guess_encoding(content: bytes) -> str | None:
    """Return the codec that a byte order mark or zeros show, else UTF-8, else the likelier Western one.

    Return None for bytes that look like no text. Bytes taken for UTF-16 may still not decode.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = content[:SAMPLE]
    zeros = [sample[parity::2].count(0) / (len(sample) // 2 or 1) for parity in (0, 1)]
    # One of the two bytes of a Western letter in UTF-16 is zero.
    if max(zeros) > 0.4 and min(zeros) < 0.1:
        return "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    controls = len(re.findall(rb"[\x00-\x08\x0e-\x1f]", sample))
    if controls > len(sample) / 100 + 3:
        return None
    if decodes(content, "utf-8-sig"):
        return "utf-8-sig"
    return max((codec for codec in WESTERN if decodes(content, codec)), key=lambda codec: _western_share(sample, codec))


def is_western(content: bytes, encoding: str) -> bool:
    """Return whether bytes in a one-byte encoding look like a text in a Western language."""
    sample = content[:SAMPLE]
    return sum(byte > 0x7F for byte in sample) < len(sample) * 0.4 and _western_share(sample, encoding) > 0.9


def _western_share(sample: bytes, encoding: str) -> float:
    """Return the share of Western signs beyond ASCII, less that of others and twice that of misplaced ones: -3 to 1."""
    text = sample.decode(encoding, "replace")
    signs = [sign for sign in text if sign > "\x7f"]
    expected = sum(1 if sign in WESTERN_SIGNS else -1 for sign in signs)
    return (expected - 2 * len(MISPLACED_SIGN.findall(text))) / (len(signs) or 1)


def decodes(content: bytes, encoding: str) -> bool:
    """Return whether all bytes decode in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), SAMPLE):
            decoder.decode(content[start : start + SAMPLE], final=start + SAMPLE >= len(content))
    except UnicodeError:
        # Not only UnicodeDecodeError: UTF-16 without a byte order mark raises its base class.
        return False
    return True
