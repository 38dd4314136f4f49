"""C-CDA: a record another practice's system wrote, kept as the XML it is."""

from services.documents.pages import Document, Kind
from services.documents.refusals import Refusal, Unread
from services.documents.strict_xml import root_of, text_of

ROOT = "{urn:hl7-org:v3}ClinicalDocument"
ENGINE = "C-CDA"


def read(data: bytes) -> Document:
    """The record in *data*, its XML checked and unchanged. Raises ``Unread``."""
    text = text_of(data)
    if root_of(text).tag != ROOT:
        raise Unread(Refusal.OTHER_XML)
    return Document(Kind.CCDA, "", ENGINE, xml=text)
