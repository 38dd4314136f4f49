"""What a file is, by its bytes: its name and its sender's word count for nothing."""

import re

from services.documents.pages import Kind
from services.documents.refusals import Refusal, Unread

STARTS = {
    b"%PDF-": Kind.PDF,
    b"\x89PNG\r\n\x1a\n": Kind.IMAGE,
    b"\xff\xd8\xff": Kind.IMAGE,
    b"II*\0": Kind.IMAGE,
    b"MM\0*": Kind.IMAGE,
    b"PK\x03\x04": Kind.DOCX,
}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<")
ZIP_END = b"PK\x05\x06"
ZIP_END_REACH = 22 + 65_535  # the end record and its longest comment
HEAD = 1024  # readers of PDF accept the header anywhere in here
WEB_PAGE = re.compile(rb"\s*<(?:!doctype\s+)?html", re.IGNORECASE)
MARKUP = re.compile(rb"<\s*(?:script|html|body|iframe|svg|!doctype|\?php)", re.IGNORECASE)


def kind_of(data: bytes) -> Kind:
    """What *data* is. Raises ``Unread`` for unknown kinds and for files of two kinds at once."""
    kind = next((kind for start, kind in STARTS.items() if data.startswith(start)), None)
    if kind is None:
        kind = _other(data)
    elif _is_also_something_else(data, kind):
        raise Unread(Refusal.TWO_KINDS)
    return kind


def _other(data: bytes) -> Kind:
    if b"%PDF-" in data[:HEAD]:
        raise Unread(Refusal.TWO_KINDS)
    if WEB_PAGE.match(data[:HEAD]):
        raise Unread(Refusal.UNKNOWN)
    if data.lstrip(b" \t\r\n").startswith(XML_STARTS):
        return Kind.CCDA
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise Unread(Refusal.HEIC)
    raise Unread(Refusal.OLD_WORD if data.startswith(OLE) else Refusal.UNKNOWN)


def _is_also_something_else(data: bytes, kind: Kind) -> bool:
    head = data[:HEAD]
    if kind is not Kind.PDF and b"%PDF-" in head:
        return True
    if kind is not Kind.DOCX and ZIP_END in data[-ZIP_END_REACH:]:
        return True
    return MARKUP.search(head) is not None
