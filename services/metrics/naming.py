"""Words that may not stand among the numbers, because they seem to say who a patient is."""

import re
from collections.abc import Iterator

from db.patients import Patients
from services import chart
from services.ai.minimum import found_in
from services.ai.port import Facts
from services.desk import Desk
from services.errors import Invalid

WORD = re.compile(r"[^\s,.;:!?()\"\u201c\u201d]+")


def refuse_patients(desk: Desk, text: str) -> None:
    """Raises ``Invalid`` where *text* holds an identifier, or a name of a patient known here.

    A name is two or three words in a row that are exactly a patient's; a family name alone is a
    word like any other, so that nobody may rely on this and the page says so.
    """
    if kinds := found_in(text, Facts(text="", contacts=desk.options.contacts)):
        raise Invalid(
            f"This seems to hold a {kinds[0]}. Please leave out whatever tells of a patient."
        )
    if desk.open(Patients).matching(list(_digests(desk, text))):
        raise Invalid("This seems to name a patient. Please say it without the name.")


def _digests(desk: Desk, text: str) -> Iterator[bytes]:
    words = [found.removesuffix("'s").removesuffix("\u2019s") for found in WORD.findall(text)]
    for length in (2, 3):
        for place in range(len(words) - length + 1):
            yield chart.digest(desk, "name", " ".join(words[place : place + length]))
    yield from (chart.digest(desk, "mrn", word) for word in words if any(map(str.isdigit, word)))
