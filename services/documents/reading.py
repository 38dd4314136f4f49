"""Read a file that a stranger sent, whole or not at all, and draw its pages."""

import shutil
from dataclasses import replace
from hashlib import sha256

from services.documents import limits, process
from services.documents.answer import Answer
from services.documents.pages import Document
from services.documents.refusals import Refusal
from services.errors import Invalid


def read(data: bytes) -> Document:
    """What *data* says, as pages of words with their places, or a C-CDA's XML.

    Takes up to a minute for scans. Raises ``Invalid`` with a sentence for staff when the
    file is refused, cannot be read whole, or takes more time or memory than a form may.
    """
    answer = _ask(data, "read")
    if answer.document is None:
        raise Invalid(Refusal.BROKE_OFF.value)
    return replace(answer.document, digest=sha256(data).hexdigest())


def render(data: bytes, page: int, width: int = 1000) -> bytes:
    """Page *page*, from 1, of a PDF or an image as a PNG *width* pixels wide (50 to 3000).

    Very tall pages come narrower. Raises ``Invalid`` as :func:`read` does, and for Word
    files and C-CDA records, which have no pages to show.
    """
    answer = _ask(data, "render", page, max(50, min(width, limits.WIDEST)))
    if not answer.png:
        raise Invalid(Refusal.BROKE_OFF.value)
    return answer.png


def is_ocr_available() -> bool:
    """Whether scans can be read here: Debian's ``tesseract-ocr`` is installed."""
    return shutil.which("tesseract", path=process.PROGRAMS) is not None


def _ask(data: bytes, *task: object) -> Answer:
    # Size is judged on this side, so that 60 MB are not copied only to be refused.
    refused = _by_size(len(data))
    answer = Answer(refused=refused) if refused else process.run(data, *task)
    if answer.refused:
        raise Invalid(answer.refused.value)
    return answer


def _by_size(size: int) -> Refusal | None:
    if size == 0:
        return Refusal.EMPTY
    return Refusal.TOO_LARGE if size > limits.LARGEST else None
