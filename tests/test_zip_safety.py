"""Archives are read within limits, whatever they declare about themselves."""

import io
import zipfile

import pytest

from tests.actions.text_extraction.files import locked_word_file
from tracker.zip_safety import (
    BrokenZip,
    DoctypeInZip,
    EncryptedZip,
    OversizedZip,
    member_chunks,
    open_zip,
    xml_members,
)


def archive_of(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def declare_size(data, old, new):
    """Return an archive whose directory declares another size of a member, and a checksum that fits it."""
    at = data.rindex(old.to_bytes(4, "little"))
    checksum = zipfile.crc32(bytes(new)).to_bytes(4, "little")
    return data[: at - 8] + checksum + data[at - 4 : at] + new.to_bytes(4, "little") + data[at + 4 :]


def test_an_archive_within_the_limits_is_read():
    data = archive_of({"a.xml": "<a/>", "b.RELS": "<b/>", "c.bin": bytes(3_000_000)})
    with open_zip(data, max_bytes=3_000_008, max_members=3, max_xml_bytes=8) as archive:
        assert dict(xml_members(archive)) == {"a.xml": b"<a/>", "b.RELS": b"<b/>"}
        assert sum(map(len, member_chunks(archive, archive.getinfo("c.bin")))) == 3_000_000


@pytest.mark.parametrize("limits", [{"max_bytes": 3_000_007}, {"max_members": 2}, {"max_xml_bytes": 7}])
def test_one_that_declares_more_is_not_opened(limits):
    data = archive_of({"a.xml": "<a/>", "b.rels": "<b/>", "c.bin": bytes(3_000_000)})
    with pytest.raises(OversizedZip):
        open_zip(data, **{"max_bytes": 3_000_008, **limits})


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_member_that_hides_bytes_beyond_its_declared_size_is_refused(compression):
    data = declare_size(archive_of({"a.bin": bytes(2_000_000)}, compression), 2_000_000, 1_000)
    with open_zip(data, max_bytes=10_000) as archive:
        # Python itself sees nothing wrong: it stops where the directory says.
        assert archive.read("a.bin") == bytes(1_000)
        with pytest.raises(BrokenZip):
            list(member_chunks(archive, archive.getinfo("a.bin")))


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04 and nothing", archive_of({"a": "x"})[:-30]], ids=("empty", "text", "cut off")
)
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(BrokenZip):
        open_zip(data, max_bytes=1_000)


def test_a_damaged_member_is_refused():
    data = archive_of({"a.bin": "words"}, zipfile.ZIP_STORED).replace(b"words", b"wards", 1)
    with open_zip(data, max_bytes=1_000) as archive, pytest.raises(BrokenZip):
        list(member_chunks(archive, archive.infolist()[0]))


def test_an_encrypted_member_is_refused():
    with pytest.raises(EncryptedZip):
        open_zip(locked_word_file(), max_bytes=10_000_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(encoding):
    with (
        open_zip(archive_of({"a.xml": "<!DOCTYPE a><a/>".encode(encoding)}), max_bytes=1_000) as archive,
        pytest.raises(DoctypeInZip),
    ):
        list(xml_members(archive))
