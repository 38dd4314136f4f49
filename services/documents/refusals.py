"""Why a file was not read, each reason a sentence for staff that says what to do next."""

from enum import StrEnum


class Refusal(StrEnum):
    """The value is what staff read. It never quotes the file, its name or its patient."""

    EMPTY = "The file is empty. Ask for it again, or scan the paper once more."
    TOO_LARGE = (
        "The file is larger than 25 MB. Scan it in black and white, or send fewer pages at a time."
    )
    UNKNOWN = (
        "This kind of file cannot be read. Use PDF, PNG, JPEG, TIFF, Word (DOCX) or a C-CDA record."
    )
    HEIC = "This photo is in Apple's HEIC format. Send it again as JPEG."
    OLD_WORD = (
        "This is an old or password-protected Office file. Save it as DOCX or PDF without "
        "a password and drop it again."
    )
    TWO_KINDS = (
        "The file pretends to be of two kinds at once, so it was not opened. "
        "Print the form to PDF and drop that, and tell your administrator where it came from."
    )
    ENCRYPTED = "The file is protected by a password. Save it without one and drop it again."
    DAMAGED = "The file is damaged and was not read. Ask for it again, or scan the paper."
    XFA = (
        "This PDF is an Adobe XFA form, which only Adobe's own program shows. "
        "Open it there, print it to PDF and drop that."
    )
    TOO_MANY_PAGES = "The file has more than 40 pages. Send only the pages of the form."
    TOO_MANY_SCANS = (
        "The file has more than 15 scanned pages. Split it and drop the parts one by one."
    )
    TOO_MANY_WORDS = (
        "The file holds more text than any form would. Send only the pages of the form."
    )
    TOO_MANY_PIXELS = (
        "The picture is larger than 50 megapixels. Scan it at 300 dpi, or photograph it again."
    )
    BOMB = (
        "The file would unpack to far more than it seems to hold, so it was not opened. "
        "Print the form to PDF and drop that, and tell your administrator where it came from."
    )
    NO_DOCUMENT = (
        "The archive holds no Word document. Open the form in Word, save it as DOCX or PDF "
        "and drop that."
    )
    XML_TRICKS = (
        "The record refers to things outside itself, so it was not opened. "
        "Ask the sender for a plain C-CDA without a document type."
    )
    OTHER_XML = "The file is XML but no C-CDA record. Ask the sender for a C-CDA or a PDF."
    NO_OCR = (
        "This is a scan, and reading scans is not set up here. An administrator installs "
        "Debian's package tesseract-ocr; until then type the form in by hand."
    )
    NO_SUCH_PAGE = "The file has no such page. Reload the page and choose again."
    NO_PICTURE = "This kind of file has no pages to show. Read its fields instead."
    TOO_SLOW = (
        "Reading the file took more than a minute and was stopped. "
        "Split it and drop the parts one by one."
    )
    BROKE_OFF = (
        "Reading the file broke off, and nothing of it was kept. "
        "Print the form to PDF and drop that, or type it in by hand."
    )


class Unread(Exception):
    """The file is not read, for this reason; it stays inside the reading process."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.name)
        self.why = why
