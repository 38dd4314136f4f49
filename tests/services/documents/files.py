"""Files a practice might be sent: honest ones made on the spot, and every bad one we know of."""

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pypdfium2 as pdfium
from docx import Document as new_docx
from fpdf import FPDF
from PIL import Image

SAMPLES = Path(__file__).parent / "samples"
CDA = '<ClinicalDocument xmlns="urn:hl7-org:v3">{}</ClinicalDocument>'


def sample(name: str) -> bytes:
    """One of the shipped sample files."""
    return (SAMPLES / name).read_bytes()


def typed(*rows: Sequence[str], pages: int = 1, password: str = "") -> bytes:
    """A typed PDF: each row's cells start 80 mm apart."""
    pdf = FPDF()
    if password:
        pdf.set_encryption(owner_password="owner", user_password=password)
    pdf.set_font("Helvetica", size=12)
    for _ in range(pages):
        pdf.add_page()
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                pdf.text(20 + 80 * column, 30 + 10 * row, cell)
    return bytes(pdf.output())


def with_hidden(text: str, how: str) -> bytes:
    """A typed PDF that also says *text*, in a way that hides it from people."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=1 if how == "tiny" else 12)
    pdf.set_text_color({"white": 255, "pale": 200}.get(how, 0))
    with pdf.local_context(text_mode="INVISIBLE" if how == "invisible" else "FILL"):
        pdf.text(300 if how == "outside" else 20, 50, text)
    if how == "covered":
        pdf.set_fill_color(255)
        pdf.rect(10, 40, 150, 20, style="F")
    pdf.set_font("Helvetica", size=12)
    pdf.set_text_color(0)
    pdf.text(20, 30, "Name: Sample")
    return bytes(pdf.output())


def pictures(data: bytes, dpi: int = 200) -> list[Image.Image]:
    """The pages of a PDF as a scanner would see them."""
    return [
        page.render(scale=dpi / 72, grayscale=True).to_pil() for page in pdfium.PdfDocument(data)
    ]


def scanned(images: Sequence[Image.Image], heading: str = "") -> bytes:
    """A PDF that holds only pictures, with a fax's typed *heading* over them if wanted."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=8)
    for image in images:
        pdf.add_page()
        pdf.image(image, 0, 0, pdf.w, pdf.h)
        if heading:
            pdf.text(10, 5, heading)
    return bytes(pdf.output())


def picture(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """*image* as a file."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiff(images: Sequence[Image.Image]) -> bytes:
    """Several pages in one TIFF."""
    return picture(images[0], "TIFF", save_all=True, append_images=list(images[1:]))


def huge_png(side: int) -> bytes:
    """A PNG of a few hundred bytes that claims *side* by *side* pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        mark = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + mark

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def word(*paragraphs: str, table: Sequence[Sequence[str]] = ()) -> bytes:
    """A Word file with *paragraphs* and one *table*."""
    made = new_docx()
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    if table:
        grid = made.add_table(len(table), len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def with_entries(data: bytes, entries: dict[str, bytes]) -> bytes:
    """The archive *data* with *entries* added or put in another's place."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in entries:
                new.writestr(name, old.read(name))
        for name, body in entries.items():
            new.writestr(name, body)
    return out.getvalue()


def zipped(entries: dict[str, bytes], *, packed: bool = True) -> bytes:
    """An archive of *entries*."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED if packed else ZIP_STORED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return out.getvalue()


def body(inner: str) -> bytes:
    """A Word file's main part with *inner* in its body."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    return f'<w:document xmlns:w="{space}"><w:body>{inner}</w:body></w:document>'.encode()


def turned(data: bytes, degrees: int) -> bytes:
    """A PDF whose pages say that they are to be shown turned clockwise."""
    pdf = pdfium.PdfDocument(data)
    for page in pdf:
        page.set_rotation(degrees)
    return saved(pdf)


def joined(*parts: bytes) -> bytes:
    """Several PDFs in one."""
    whole = pdfium.PdfDocument.new()
    for part in parts:
        whole.import_pages(pdfium.PdfDocument(part))
    return saved(whole)


def saved(pdf: pdfium.PdfDocument) -> bytes:
    """A PDF as a file."""
    out = BytesIO()
    pdf.save(out)
    return out.getvalue()


def fillable(fields: dict[str, str | bool], *, printed: bool = True) -> bytes:
    """A PDF with form fields, filled in by its own values, with labels *printed* beside them."""
    labels = "".join(
        f"BT /F 12 Tf 1 0 0 1 100 {700 - 30 * row} Tm ({name}) Tj ET "
        for row, name in enumerate(fields)
    )
    stream = labels if printed else ""
    numbers = [6 + row for row in range(len(fields))]
    widgets = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        f"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[{widgets}]/DR<</Font<</F 5 0 R>>>>>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[{widgets}]"
        "/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *(_widget(name, value, row) for row, (name, value) in enumerate(fields.items())),
    ]
    return _assembled(objects)


def _widget(name: str, value: str | bool, row: int) -> str:
    low = 697 - 30 * row
    start = f"<</Type/Annot/Subtype/Widget/T({name})/P 3 0 R"
    if isinstance(value, str):
        return f"{start}/FT/Tx/V({value})/DA(/F 12 Tf)/Rect[200 {low} 400 {low + 16}]>>"
    state = "/Yes" if value else "/Off"
    marks = "/AP<</N<</Yes 4 0 R/Off 4 0 R>>>>"
    return f"{start}/FT/Btn/V{state}/AS{state}{marks}/Rect[84 {low} 96 {low + 14}]>>"


def _assembled(objects: list[str]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer<</Size {size}/Root 1 0 R>>\n"
    return out + end.encode() + f"startxref\n{len(out)}\n%%EOF".encode()


def xfa() -> bytes:
    """A PDF that is an Adobe XFA form."""
    packet = "<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'></xdp:xdp>"
    return _assembled(
        [
            "<</Type/Catalog/Pages 2 0 R/NeedsRendering true/AcroForm<</Fields[]/XFA 4 0 R>>>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>",
            f"<</Length {len(packet)}>>stream\n{packet}\nendstream",
        ]
    )


def locked(data: bytes) -> bytes:
    """The archive *data*, its first entry marked as encrypted."""
    marked = bytearray(data)
    marked[marked.index(b"PK\x01\x02") + 8] |= 1
    return bytes(marked)


def doubled(data: bytes, times: int) -> bytes:
    """The archive *data*, its first entry listed *times* over: the same bytes unpacked again."""
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    listing = data[start:end] * times
    counts = struct.pack("<HHII", times, times, len(listing), start)
    return data[:start] + listing + data[end : end + 8] + counts + data[end + 20 :]
