"""How a PDF's page looks: drawn within limits, and which of its words a person can see."""

from collections.abc import Sequence
from math import ceil, floor, sqrt

import pypdfium2 as pdfium

from services.documents import limits
from services.documents.lines import Placed

SCALE = 1.5  # pixels a point: letters of eight points keep their strokes
CONTRAST = 12  # of 255 between paper and ink; less is white on white
SMALLEST = 2.0  # points


def bounded(page: pdfium.PdfPage, scale: float) -> float:
    """*scale* in pixels a point, or less where *page* claims to be as large as a house."""
    width, height = page.get_size()
    return float(min(scale, sqrt(limits.RENDERED_PIXELS / (width * height))))


def seen_on(page: pdfium.PdfPage, words: Sequence[Placed]) -> list[Placed]:
    """Those of *words* that stand on the page for a person to see.

    Hidden text could say to a machine what the patient and the front desk never read.
    """
    scale = bounded(page, SCALE)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels = memoryview(bitmap.buffer).cast("B")
    shape = bitmap.width, bitmap.height, bitmap.stride
    return [word for word in words if _is_seen(word, pixels, shape, scale)]


def _is_seen(word: Placed, pixels: memoryview, shape: tuple[int, int, int], scale: float) -> bool:
    width, height, stride = shape
    left, right = max(floor(word.left * scale), 0), min(ceil(word.right * scale), width)
    top, bottom = max(floor(word.top * scale), 0), min(ceil(word.bottom * scale), height)
    if word.height < SMALLEST or left >= right or top >= bottom:
        return False
    rows = [bytes(pixels[y * stride + left : y * stride + right]) for y in range(top, bottom)]
    return max(map(max, rows)) - min(map(min, rows)) >= CONTRAST
