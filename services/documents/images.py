"""Photographs and scans as PNG, JPEG or TIFF: turned upright, then read by Tesseract."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from services.documents import limits
from services.documents.pages import Document, Kind, Page
from services.documents.refusals import Refusal, Unread

FORMATS = ("PNG", "JPEG", "TIFF")
LETTER_WIDTH = 612.0  # points
LEAST, MOST = 2000, 3600  # pixels on the longer side: letters neither too small nor wasteful
DAMAGES = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, zlib.error,
    IndexError, KeyError, TypeError, EOFError,
)  # fmt: skip


def read(data: bytes) -> Document:
    """The words in a picture, or in each page of a TIFF. Raises ``Unread``."""
    from services.documents.ocr import engine

    with _opened(data) as image:
        pages = tuple(
            _page(upright(frame).convert("L"), n) for n, frame in enumerate(_frames(image), start=1)
        )
    return Document(Kind.IMAGE, "", engine(), pages)


def render(data: bytes, page: int, width: int) -> bytes:
    """Page *page*, from 1, as a PNG. Raises ``Unread``."""
    with _opened(data) as image:
        if not 1 <= page <= _length(image):
            raise Unread(Refusal.NO_SUCH_PAGE)
        image.seek(page - 1)
        shown = upright(image).convert("RGB")
        return as_png(_resized(shown, _bounded(shown, width / shown.width)))


def as_png(image: Image.Image) -> bytes:
    """*image* as a PNG and nothing else: no EXIF, no comments."""
    out = BytesIO()
    Image.frombytes(image.mode, image.size, image.tobytes()).save(out, "PNG")
    return out.getvalue()


def upright(image: Image.Image) -> Image.Image:
    """*image* as the camera's EXIF says it was held, on white where it is transparent."""
    turned = ImageOps.exif_transpose(image)
    if turned.has_transparency_data:
        clear = turned.convert("RGBA")
        turned = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return turned


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    # Pillow's own warning comes first and would be ours to catch: the size is judged here.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _judge(image)
            yield image
    except DAMAGES:
        raise Unread(Refusal.DAMAGED) from None


def _judge(image: Image.Image) -> None:
    if image.width * image.height > limits.PIXELS:
        raise Unread(Refusal.TOO_MANY_PIXELS)
    if _length(image) > limits.SCANNED_PAGES:
        raise Unread(Refusal.TOO_MANY_SCANS)


def _length(image: Image.Image) -> int:
    return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for index in range(_length(image)):
        image.seek(index)
        yield image


def _page(image: Image.Image, number: int) -> Page:
    from services.documents.ocr import lines_in

    height = LETTER_WIDTH * image.height / image.width
    lines = lines_in(_for_reading(image), number, LETTER_WIDTH, height)
    return Page(number, LETTER_WIDTH, height, lines)


def _for_reading(image: Image.Image) -> Image.Image:
    longer = max(image.size)
    return _resized(image, _bounded(image, min(max(longer, LEAST), MOST) / longer))


def _bounded(image: Image.Image, scale: float) -> float:
    return float(min(scale, (limits.RENDERED_PIXELS / (image.width * image.height)) ** 0.5))


def _resized(image: Image.Image, scale: float) -> Image.Image:
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)
