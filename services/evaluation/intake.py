"""How well forms are read: shipped labelled forms and the sandbox's own, in a table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import TextIO

from services.documents.reading import is_ocr_available, read
from services.ehr.questionnaires import incoming_form
from services.ehr.registration import FormAnswer
from services.evaluation.intake_scores import Tally, Verdict, tallies
from services.evaluation.scores import Share
from services.workflows.intake.extract import extract
from services.workflows.intake.fields import Field

SAMPLES = Path(__file__).with_name("intake_samples")
CARDS = SAMPLES / "cards"
FILES = {"emily": ("emily.pdf", "emily_scan.pdf"), "jane": ("jane.docx", "jane.pdf")}
SCANS = ("emily_scan.pdf",)
DAY = date(2026, 3, 2)  # the day the shipped forms are read on; no answer hangs on the clock
FORMS = 120  # of the sandbox
GUESTS = 20  # patients who fill in each form of another's making
NO_OCR = "The scan and the cards were left out: tesseract-ocr is not installed.\n"

Pair = tuple[Mapping[str, str | None], Sequence[Field]]


def eval_intake(out: TextIO) -> int:
    """Print a table for each labelled form and one for the sandbox's forms. Returns 0.

    A right value counts +1, an empty one 0, a wrong one taken for certain (0.8 and more) -2.
    """
    for name, pair in labelled():
        out.writelines(table(name, tallies([pair])))
    if is_ocr_available():
        cards = list(of_cards())
        out.writelines(table(f"{len(cards)} photographed cards", tallies(cards)))
    else:
        out.write(NO_OCR)
    pairs = list(of_the_sandbox())
    out.writelines(table(f"{len(pairs)} check-in forms of the sandbox", tallies(pairs)))
    guests = list(of_others())
    out.writelines(table(f"{len(guests)} forms of others' making", tallies(g.pair for g in guests)))
    out.write(kept(guests))
    return 0


def labelled() -> Iterator[tuple[str, Pair]]:
    """The shipped forms, each with its truth; scans only where they can be read."""
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    for who, files in FILES.items():
        for file in files:
            if file not in SCANS or is_ocr_available():
                found = extract(read((SAMPLES / file).read_bytes()), DAY)
                yield file, (truth[who], found)


def of_cards() -> Iterator[Pair]:
    """Insurance cards and photo IDs, photographed well and badly, each with its truth; needs OCR."""
    truth = json.loads((CARDS / "truth.json").read_text(encoding="utf-8"))
    for file, told in truth.items():
        yield told, extract(read((CARDS / file).read_bytes()), DAY)


def of_the_sandbox(count: int = FORMS) -> Iterator[Pair]:
    """Forms that the sandbox makes up from its charts, each with what a careful reader would find."""
    # Imported late: it makes a practice of its own, which only this table needs.
    from services.sandbox import SandboxConfig, check_ins, create_app

    world = create_app(SandboxConfig()).state.world
    tenant = next(iter(world.tenants.values()))
    now = datetime.now(UTC)
    check_ins.fill_with_forms(tenant, count, now, world.pace.draws)
    asked = next(tenant.chart.all("Questionnaire"))
    forms = {form["id"]: form for form in tenant.chart.all("QuestionnaireResponse")}
    for told in check_ins.truths(tenant):
        form = incoming_form(forms[told["form"]], asked)
        yield told["fields"], extract(form, now.date())


@dataclass(frozen=True)
class Guest:
    """A form of another's making: its answers, what a careful reader finds, and what was read."""

    answers: Sequence[FormAnswer] = field(repr=False)
    pair: Pair = field(repr=False)

    @property
    def held(self) -> int:
        """How many answers are in a field, or carried to the clinician as they were given."""
        said = "\n".join(one.original for one in self.pair[1])
        return sum(answer.value in said for answer in self.answers)


def of_others(rounds: int = GUESTS) -> Iterator[Guest]:
    """Each of the sandbox's forms of others' making, filled in by *rounds* grown patients."""
    # Imported late, as above.
    from services.sandbox import SandboxConfig, create_app, guest_forms

    tenant = next(iter(create_app(SandboxConfig()).state.world.tenants.values()))
    asked = {one["id"]: one for one in tenant.chart.all("Questionnaire")}
    patients = [f"Patient/{one['id']}" for one in tenant.chart.all("Patient")][:rounds]
    for name in guest_forms.GUESTS:
        for patient in patients:
            draws = Random(patient)  # noqa: S311 - the same forms each time
            version = guest_forms.filled_guest(
                tenant.chart, name, "g", patient, "", datetime.now(UTC), draws
            )
            form = incoming_form(version.form, asked[name])
            found = extract(form, datetime.now(UTC).date())
            yield Guest(form.answers, (version.truth["fields"], found))


def kept(guests: Sequence[Guest]) -> str:
    """One sentence on answers that no field holds: none may be lost."""
    said, held = sum(len(one.answers) for one in guests), sum(one.held for one in guests)
    return f"  {held} of {said} answers are in a field or carried to the clinician as given.\n\n"


def table(name: str, counted: Sequence[Tally]) -> Iterator[str]:
    """The lines of one table: each group of fields, then all of them."""
    yield f"{name}\n"
    yield (
        f"  {'':16}{'said':>6}{'right':>7}{'empty':>7}{'wrong':>7}{'certain':>9}"
        f"{'recall':>9}{'precision':>11}{'score':>7}\n"
    )
    whole = Tally("all", tuple(verdict for tally in counted for verdict in tally.verdicts))
    yield from map(_row, [*counted, whole])
    yield "\n"


def _row(tally: Tally) -> str:
    wrong = tally.count(Verdict.WRONG, Verdict.WRONG_AND_CERTAIN)
    numbers = (tally.recall.all, tally.recall.right, tally.count(Verdict.EMPTY), wrong)
    shown = "".join(f"{n:>{w}}" for n, w in zip(numbers, (6, 7, 7, 7), strict=True))
    certain = tally.count(Verdict.WRONG_AND_CERTAIN)
    shares = f"{_percent(tally.recall):>9}{_percent(tally.precision):>11}"
    return f"  {tally.group:16}{shown}{certain:>9}{shares}{tally.score:>7}\n"


def _percent(share: Share) -> str:
    return f"{share.rate:.1%}" if share.all else "-"
