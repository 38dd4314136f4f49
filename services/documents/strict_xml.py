"""XML without document type, entities or bottomless nesting; anything else is refused."""

import re
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from services.documents import limits
from services.documents.refusals import Refusal, Unread

DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
ENCODINGS = {"utf-8", "us-ascii", "iso-8859-1", "windows-1252", "utf-16"}


def text_of(data: bytes) -> str:
    """*data* as text, by its byte order mark or its declaration; UTF-8 without either."""
    mark = next((name for start, name in MARKS.items() if data.startswith(start)), None)
    declared = DECLARED.match(data)
    name = mark or (declared.group(1).decode().lower() if declared else "utf-8")
    if not mark and name not in ENCODINGS:
        raise Unread(Refusal.DAMAGED)
    try:
        return data.decode(name)
    except UnicodeError:
        raise Unread(Refusal.DAMAGED) from None


def root_of(text: str) -> Element:
    """The root of the XML in *text*. Raises ``Unread``."""
    try:
        root: Element = fromstring(text, forbid_dtd=True)
    except DefusedXmlException:
        raise Unread(Refusal.XML_TRICKS) from None
    except (ParseError, ValueError):
        raise Unread(Refusal.DAMAGED) from None
    _judge_depth(root)
    return root


def encoded(text: str) -> bytes:
    """*text* in UTF-8 for another parser, without a declaration that would say otherwise."""
    return DECLARATION.sub("", text).encode()


def _judge_depth(root: Element) -> None:
    # Whoever reads it later may go down one call per level.
    level = [root]
    for _ in range(limits.XML_DEPTH):
        level = [child for element in level for child in element]
    if level:
        raise Unread(Refusal.BOMB)
