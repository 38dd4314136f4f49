"""Where on a form some quoted words stand."""

from collections.abc import Iterator, Sequence

from services.documents.pages import Document, Page, Word
from services.ehr.registration import IncomingForm
from services.workflows.intake.extract.cells import around
from services.workflows.intake.fields import Source


def place_of(quotation: str, source: IncomingForm | Document) -> Source:
    """The item, or the page and box, that holds *quotation*; an empty place if it runs over lines."""
    if isinstance(source, Document):
        return next(_boxes(quotation.split(), source.pages), Source())
    words = " ".join(quotation.split())
    held = (a for a in source.answers if words in " ".join(a.value.split()))
    return next((Source(link_id=a.link_id, label=a.label) for a in held), Source())


def _boxes(words: Sequence[str], pages: Sequence[Page]) -> Iterator[Source]:
    for page in pages:
        written = [word for line in page.lines for word in line.words]
        for start in range(len(written) - len(words) + 1):
            run = written[start : start + len(words)]
            if _reads(run, words):
                yield Source(box=around(run))


def _reads(run: Sequence[Word], words: Sequence[str]) -> bool:
    # A quotation may begin or end inside a word: "hives" in "hives,".
    inner = all(a.text == b for a, b in zip(run[1:-1], words[1:-1], strict=True))
    return inner and words[0] in run[0].text and words[-1] in run[-1].text
