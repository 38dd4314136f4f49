"""D19: a bad file is refused whole, with one sentence that says what to do next."""

from collections.abc import Callable

import pytest
from PIL import Image

from services.documents import limits
from services.documents.reading import read
from services.documents.refusals import Refusal
from services.errors import Invalid
from tests.services.documents import files

EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
DEEP = "<a>" * 300 + "</a>" * 300
ARCHIVE = files.zipped({"a.txt": b"a" * 100})


def small_scans(count: int) -> bytes:
    return files.scanned([Image.new("L", (40, 60), shade) for shade in range(100, 100 + count)])


BAD: dict[str, tuple[Callable[[], bytes], Refusal]] = {
    "nothing": (lambda: b"", Refusal.EMPTY),
    "sixty megabytes": (lambda: b"%PDF-1.7\n" + bytes(60 * 2**20), Refusal.TOO_LARGE),
    "one byte too many": (lambda: bytes(limits.LARGEST + 1), Refusal.TOO_LARGE),
    "noise": (lambda: bytes(range(256)), Refusal.UNKNOWN),
    "a program": (lambda: b"MZ\x90\0" + bytes(100), Refusal.UNKNOWN),
    "a GIF": (lambda: files.picture(Image.new("L", (9, 9)), "GIF"), Refusal.UNKNOWN),
    "a web page": (lambda: b"<!DOCTYPE html><html></html>", Refusal.UNKNOWN),
    "a photo of an iPhone": (lambda: b"\0\0\0\x18ftypheic" + bytes(50), Refusal.HEIC),
    "an old Word file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), Refusal.OLD_WORD),
    "HTML before the PDF": (
        lambda: b"<html><script>1</script>" + files.typed(["a"]),
        Refusal.TWO_KINDS,
    ),
    "a script in the PDF's head": (
        lambda: files.typed(["a"]).replace(b"\n", b"\n%<script>1</script>\n", 1),
        Refusal.TWO_KINDS,
    ),
    "a PDF that is a ZIP": (lambda: files.typed(["a"]) + ARCHIVE, Refusal.TWO_KINDS),
    "a picture that is a ZIP": (
        lambda: files.picture(Image.new("L", (9, 9))) + ARCHIVE,
        Refusal.TWO_KINDS,
    ),
    "a ZIP behind another head": (lambda: b"PK\x03\x04" + files.word("a"), Refusal.TWO_KINDS),
    "a PDF with a password": (lambda: files.typed(["a"], password="p"), Refusal.ENCRYPTED),
    "an archive with a password": (lambda: files.locked(files.word("a")), Refusal.ENCRYPTED),
    "the head of a PDF": (lambda: files.sample("jane.pdf")[:300], Refusal.DAMAGED),
    "half a picture": (lambda: files.sample("card.jpg")[:20_000], Refusal.DAMAGED),
    "half a Word file": (lambda: files.sample("jane.docx")[:3000], Refusal.DAMAGED),
    "half a record": (lambda: files.sample("ccd.xml")[:9000], Refusal.DAMAGED),
    "an Adobe XFA form": (files.xfa, Refusal.XFA),
    "forty-one pages": (lambda: files.typed(["a"], pages=41), Refusal.TOO_MANY_PAGES),
    "sixteen scanned pages": (lambda: small_scans(16), Refusal.TOO_MANY_SCANS),
    "a book": (lambda: files.word("word " * (limits.WORDS + 1)), Refusal.TOO_MANY_WORDS),
    "a picture of 2.5 gigapixels": (lambda: files.huge_png(50_000), Refusal.TOO_MANY_PIXELS),
    "a ZIP bomb": (
        lambda: files.with_entries(files.word("a"), {"word/media/a.bin": bytes(90 * 2**20)}),
        Refusal.BOMB,
    ),
    "a ZIP bomb of shared bytes": (
        lambda: files.doubled(files.zipped({"a": bytes(range(256)) * 9}, packed=False), 50),
        Refusal.BOMB,
    ),
    "too many entries": (
        lambda: files.zipped({f"{n}": b"" for n in range(limits.ARCHIVE_ENTRIES + 1)}),
        Refusal.BOMB,
    ),
    "macros without a document": (
        lambda: files.zipped({"[Content_Types].xml": b"<a/>", "word/vbaProject.bin": b"m"}),
        Refusal.NO_DOCUMENT,
    ),
    "a spreadsheet": (
        lambda: files.zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}),
        Refusal.NO_DOCUMENT,
    ),
    "a Word file with an entity": (
        lambda: files.with_entries(
            files.word("a"), {"word/document.xml": EXTERNAL.encode() + files.body("")}
        ),
        Refusal.XML_TRICKS,
    ),
    "a record with an external entity": (
        lambda: (EXTERNAL + files.CDA.format("&e;")).encode(),
        Refusal.XML_TRICKS,
    ),
    "a record that laughs": (
        lambda: (LAUGHS + files.CDA.format("&b;")).encode(),
        Refusal.XML_TRICKS,
    ),
    "a record without a bottom": (lambda: files.CDA.format(DEEP).encode(), Refusal.BOMB),
    "a record in an odd encoding": (
        lambda: b'<?xml version="1.0" encoding="utf-7"?>' + files.CDA.format("").encode(),
        Refusal.DAMAGED,
    ),
    "other XML": (lambda: b"<Patient/>", Refusal.OTHER_XML),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_staff_are_told_what_to_do(name: str) -> None:
    made, reason = BAD[name]
    with pytest.raises(Invalid) as refused:
        read(made())
    assert str(refused.value) == reason.value


GOOD: dict[str, Callable[[], bytes]] = {
    "forty pages": lambda: files.typed(["a"], pages=40),
    "almost a book": lambda: files.word("word " * (limits.WORDS - 1)),
    "a Word file with a picture": lambda: files.with_entries(
        files.word("a"), {"word/media/a.bin": bytes(2**20)}
    ),
    "a record": lambda: files.CDA.format("").encode(),
    "a record in Latin-1": lambda: (
        '<?xml version="1.0" encoding="ISO-8859-1"?>' + files.CDA.format("é")
    ).encode("latin-1"),
    "a record with a byte order mark": lambda: b"\xef\xbb\xbf" + files.CDA.format("").encode(),
    "a record in UTF-16": lambda: files.CDA.format("").encode("utf-16"),
    "a form without words": lambda: files.typed(),
}


@pytest.mark.parametrize("name", GOOD)
def test_an_honest_neighbour_is_read(name: str) -> None:
    """The negative control: what is large or odd but honest passes."""
    document = read(GOOD[name]())
    assert document.pages or document.xml


@pytest.mark.parametrize("name", ["emily.pdf", "jane.pdf", "jane.docx", "ccd.xml"])
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_a_file_cut_on_its_way_is_read_whole_or_not_at_all(name: str, cut: float) -> None:
    data = files.sample(name)
    whole = read(data)
    try:
        document = read(data[: int(len(data) * cut)])
    except Invalid:
        return
    assert (document.pages, document.xml) == (whole.pages, whole.xml)


@pytest.mark.parametrize("reason", Refusal)
def test_every_reason_is_a_sentence_for_staff(reason: Refusal) -> None:
    assert reason.value[0].isupper()
    assert reason.value.endswith(".")
