"""What an operator sees of drafted notes: figures over shipped visits, with their counts."""

import io
import re

import pytest
from click.testing import CliRunner
from rouge_score.rouge_scorer import RougeScorer

from cli import main
from services.evaluation.note_visits import FOLDER, aci, rows
from services.evaluation.notes import eval_notes, score_all
from services.evaluation.rouge import rouge_l
from services.notes import Draft, Material, SectionKey, local
from services.notes.draft import Section, Sentence


@pytest.fixture(scope="module")
def printed() -> str:
    result = CliRunner().invoke(main, ["eval", "notes", "--engine", "local"])
    assert result.exit_code == 0, result.output
    return result.stdout


def figure(printed: str, row: str) -> list[float]:
    """The numbers of one row."""
    [line] = [line for line in printed.splitlines() if line.strip().startswith(row)]
    return [float(n) for n in re.findall(r"\d+(?:\.\d+)?", line.split(row)[1])]


def test_the_figures_come_with_their_counts(printed: str) -> None:
    assert "local engine: 20 notes" in printed
    wanted, drafted, coverage = figure(printed, "all sections")
    assert coverage == pytest.approx(100 * drafted / wanted, abs=0.06)
    facts, unheld, rate = figure(printed, "unsupported facts")
    assert rate == pytest.approx(100 * unheld / facts, abs=0.06)
    assert "Claude was left out" in printed


def test_the_local_engine_is_no_worse_than_it_was(printed: str) -> None:
    assert figure(printed, "all sections")[2] > 70
    assert figure(printed, "whole note")[1] > 0.27
    assert figure(printed, "unsupported facts")[2] < 1.0
    assert "0 without a source" in printed


@pytest.mark.parametrize(
    ("fault", "least"),
    [("another number", 95), ("another unit", 95), ("another medicine", 95), ("the other side", 90),
     ("a denial lost", 85), ("a denial added", 90), ("advice added", 85)],
)  # fmt: skip
def test_faults_put_in_on_purpose_are_found(printed: str, fault: str, least: float) -> None:
    put, found, rate = figure(printed, fault)
    assert put >= 20
    assert rate == pytest.approx(100 * found / put, abs=0.06)
    assert rate > least


def test_a_draft_that_makes_things_up_gets_bad_figures() -> None:
    """The negative control: the measure is not kind to everything."""

    def invents(material: Material) -> Draft:
        said = Sentence(
            "Start warfarin 99 mg for the left elbow; the patient denies pneumonia.", ("T1",)
        )
        return Draft((Section(SectionKey.PLAN, (said,)),), "invented")

    [score] = score_all(aci("valid")[:1], invents)
    assert score.facts[0] / score.facts[1] > 0.7
    assert score.rouge < 0.1
    assert sum(score.covered.values()) == 1


def test_rouge_is_that_of_the_library_which_others_use() -> None:
    scorer = RougeScorer(["rougeL"], use_stemmer=False)
    samples = aci("valid")
    pairs = [
        (s.note, "\n".join(x.text for _, _, x in local.draft(s.material).sentences()))
        for s in samples[:8]
    ]
    pairs += [("", "x"), ("a b c", "c b a"), ("The knee. 2/6!", "the KNEE 2 6"), ("é", "e")]
    for reference, candidate in pairs:
        theirs, ours = scorer.score(reference, candidate)["rougeL"], rouge_l(reference, candidate)
        assert (ours.precision, ours.recall) == pytest.approx((theirs.precision, theirs.recall))
        assert ours.f1 == pytest.approx(theirs.fmeasure)


def test_what_others_wrote_keeps_its_licence_and_its_size() -> None:
    notice = (FOLDER / "NOTICE.md").read_text()
    assert "Attribution 4.0" in notice
    assert (FOLDER / "LICENSE-CC-BY-4.0.txt").read_text().startswith("Attribution 4.0")
    assert all(f"`{file.name}`" in notice for file in FOLDER.glob("*.gz"))
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 3_000_000
    assert [len(list(rows(name))) for name in ("aci_valid", "aci_train", "mts_valid")] == [
        20,
        67,
        100,
    ]


def test_the_training_visits_can_be_measured_too() -> None:
    out = io.StringIO()
    assert eval_notes(out, "train", None, locally=False) == 0
    assert "67 visits" in out.getvalue()
