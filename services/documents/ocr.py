"""Tesseract: the words in a picture, each with its place and how sure the reader is."""

from functools import cache
from statistics import fmean
from typing import Any

import pytesseract
from PIL import Image, ImageChops, ImageFilter, ImageOps

from services.documents.lines import Placed, lines_of
from services.documents.pages import Line
from services.documents.plain import plain
from services.documents.refusals import Refusal, Unread
from services.documents.turning import turned_back

BEHIND = 8  # the background is what remains of a picture an eighth its size, blurred
WHITE = 255
TURNS = (0, 180, 90, 270)  # degrees, likeliest first
# Measured on the sample forms: 0.95 upright, 0.25 to 0.33 upside down.
SURE_ENOUGH = 0.5
# A page of so few words is read twice: a card has numbers and no sentences around them.
SHORT, SMALLER, DOUBT = 170, 0.7, 0.5


def lines_in(image: Image.Image, number: int, width: float, height: float) -> tuple[Line, ...]:
    """The lines on page *number*, *width* by *height* points, of which *image* is the picture.

    A page fed in upside down or sideways is read upright; the places are those in *image*.
    Raises ``Unread`` without Tesseract.
    """
    engine()
    flat, points = flattened(image), width / image.width
    turn, words = _surest(flat, points)
    if len(words) <= SHORT:
        words = doubted(words, _again(flat.rotate(turn, expand=True), points))
    shape = (width, height) if turn in (0, 180) else (height, width)
    return tuple(turned_back(line, turn) for line in lines_of(words, number, *shape))


@cache
def engine() -> str:
    """Tesseract and its version. Raises ``Unread`` when it is not installed."""
    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except pytesseract.TesseractNotFoundError:
        raise Unread(Refusal.NO_OCR) from None


def flattened(image: Image.Image) -> Image.Image:
    """*image* in grey with shadows and tinted paper taken away: photographs have both.

    Of the sample insurance card, Tesseract reads no word without this.
    """
    grey = image.convert("L")
    size = max(1, grey.width // BEHIND), max(1, grey.height // BEHIND)
    behind = grey.resize(size).filter(ImageFilter.GaussianBlur(5)).resize(grey.size)
    return ImageOps.autocontrast(ImageChops.subtract(grey, behind, offset=WHITE))


def doubted(words: list[Placed], again: list[Placed]) -> list[Placed]:
    """*words*, each no surer than ``DOUBT`` where a second reading says something else there.

    A misread digit of a card's number looks as sure as a right one, and no other word tells.
    """
    return [w if _is_said(w, again) else w._replace(sure=min(w.sure, DOUBT)) for w in words]


def _is_said(word: Placed, again: list[Placed]) -> bool:
    there = [w for w in again if _lies_on(w, word)]
    return word.text in "".join(w.text for w in sorted(there, key=lambda w: w.left))


def _lies_on(other: Placed, word: Placed) -> bool:
    across = min(other.right, word.right) - max(other.left, word.left)
    down = min(other.bottom, word.bottom) - max(other.top, word.top)
    return across > 0 and down > 0.3 * min(other.height, word.height)


def _again(image: Image.Image, points: float) -> list[Placed]:
    """The words of *image* read another way: smaller, and word by word instead of as a page."""
    size = max(1, round(image.width * SMALLER)), max(1, round(image.height * SMALLER))
    fewer = image.resize(size, Image.Resampling.LANCZOS)
    return _words(fewer, points * image.width / size[0], "--psm 11")


def _surest(image: Image.Image, points: float) -> tuple[int, list[Placed]]:
    tries: list[tuple[int, list[Placed]]] = []
    for turn in TURNS:
        words = _words(image.rotate(turn, expand=True), points)
        tries.append((turn, words))
        # An empty page is empty from all sides.
        if not words or _sureness(words) >= SURE_ENOUGH:
            return tries[-1]
    return max(tries, key=lambda attempt: _sureness(attempt[1]))


def _sureness(words: list[Placed]) -> float:
    # Tesseract reads some sideways pages too, but their rows would be columns to us.
    lying = [w.sure if w.right - w.left > w.height or len(w.text) < 3 else 0.0 for w in words]
    return fmean(lying) if lying else 0.0


def _words(image: Image.Image, points: float, how: str = "") -> list[Placed]:
    found = pytesseract.image_to_data(image, config=how, output_type=pytesseract.Output.DICT)
    words = (_placed(found, index, points) for index in range(len(found["text"])))
    return [word for word in words if word.text and word.sure >= 0]


def _placed(found: dict[str, list[Any]], index: int, points: float) -> Placed:
    left, top = found["left"][index] * points, found["top"][index] * points
    return Placed(
        plain(str(found["text"][index])).strip(),
        left,
        top,
        left + found["width"][index] * points,
        top + found["height"][index] * points,
        float(found["conf"][index]) / 100,
    )
