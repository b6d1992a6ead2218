"""Opening ZIP archives (.docx, .xlsx) within limits: a small file can hold a huge one, and misstate its size."""

import copy
import io
import zipfile
import zlib
from collections.abc import Iterator

CHUNK_BYTES = 1024 * 1024


class UnsafeZip(Exception):
    """An archive that should not be read; the subclass says why."""


class BrokenZip(UnsafeZip):
    """It is no ZIP archive, or its members are not as its directory lists them."""


class EncryptedZip(UnsafeZip):
    """A member of it is encrypted."""


class OversizedZip(UnsafeZip):
    """It holds more members or bytes than the limits allow."""


class DoctypeInZip(UnsafeZip):
    """An XML member declares a document type, which could name files or expand without end."""


def open_zip(
    content: bytes, *, max_bytes: int, max_members: int | None = None, max_xml_bytes: int | None = None
) -> zipfile.ZipFile:
    """Return an archive whose declared sizes are within limits; raises UnsafeZip.

    `max_bytes` and `max_xml_bytes` limit the unpacked size of all members, and of all XML members.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise BrokenZip from error
    members = archive.infolist()
    if (max_members is not None and len(members) > max_members) or sum(m.file_size for m in members) > max_bytes:
        raise OversizedZip
    if max_xml_bytes is not None and sum(m.file_size for m in members if _is_xml(m)) > max_xml_bytes:
        raise OversizedZip
    if any(member.flag_bits & 1 for member in members):
        raise EncryptedZip
    return archive


def member_chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of a member in chunks; raises BrokenZip if it is not as the directory declares."""
    # zipfile stops at the declared size, and other programs do not: reading one more byte detects a longer member.
    longer = copy.copy(member)
    longer.file_size += 1
    size = 0
    try:
        with archive.open(longer) as file:
            while chunk := file.read(CHUNK_BYTES):
                size += len(chunk)
                if size > member.file_size:
                    raise BrokenZip
                yield chunk
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError) as error:
        raise BrokenZip from error


def xml_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each XML member; raises BrokenZip, and DoctypeInZip."""
    for member in filter(_is_xml, archive.infolist()):
        content = b"".join(member_chunks(archive, member))
        # Without zeros, UTF-16 reads the same.
        if b"<!DOCTYPE" in content.replace(b"\0", b""):
            raise DoctypeInZip
        yield member.filename, content


def _is_xml(member: zipfile.ZipInfo) -> bool:
    return member.filename.lower().endswith((".xml", ".rels"))
