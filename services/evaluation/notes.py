"""How well notes are drafted: shipped visits, drafted by an engine, beside the notes people wrote."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from statistics import mean, median
from typing import TextIO

from services.ai import Assistant
from services.errors import Unreachable, Unsure
from services.evaluation.note_faults import seeded
from services.evaluation.note_scores import DIVISIONS, Score, of_references, scored, text_of
from services.evaluation.note_visits import Sample, aci, mts
from services.evaluation.rouge import rouge_l
from services.evaluation.scores import Share
from services.notes import local
from services.notes.asking import drafted
from services.notes.check import Rule, check
from services.notes.draft import Draft
from services.notes.sections import TITLES, SectionKey
from services.notes.values import Material

NO_KEY = "Claude was left out: no key is set.\n"


def eval_notes(
    out: TextIO, split: str, assistant: Assistant | None, *, locally: bool = True
) -> int:
    """Print the figures of the local engine, and of *assistant* where there is one.

    *split* is ``valid`` or ``train`` of ACI-Bench. Returns 0, or 1 when a visit was not drafted.
    """
    samples = aci(split)
    out.write(f"ACI-Bench {split}: {len(samples)} visits, made-up patients\n\n")
    failed = 0
    if locally:
        failed += _engine("local engine", samples, local.draft, out)
        out.writelines(of_snippets(local.draft))
        out.writelines(_seeded(samples))
    if assistant is not None:
        failed += _engine("Claude", samples, lambda material: drafted(assistant, material), out)
    else:
        out.write(NO_KEY)
    out.write(_references(samples))
    return 1 if failed else 0


def score_all(samples: Sequence[Sample], engine: Callable[[Material], Draft]) -> Iterator[Score]:
    """The figures of each visit. Raises what *engine* raises."""
    for sample in samples:
        began = time.perf_counter()
        draft = engine(sample.material)
        between = time.perf_counter()
        checked = check(draft, sample.material)
        ended = time.perf_counter()
        took = timedelta(seconds=between - began), timedelta(seconds=ended - between)
        yield scored(sample, draft, took[0], checked, took[1])


def table(name: str, scores: Sequence[Score]) -> Iterator[str]:
    """The lines of one engine: coverage by section, ROUGE-L by division, facts by rule."""
    yield f"{name}: {len(scores)} notes\n"
    yield f"  {'section':34}{'in notes':>10}{'drafted':>9}{'coverage':>10}\n"
    yield from _coverage(scores)
    yield f"  {'ROUGE-L (F1, mean)':34}{'notes':>10}{'':>9}{'F1':>10}\n"
    for division in DIVISIONS:
        found = [s.divisions[division] for s in scores if division in s.divisions]
        if found:
            yield f"  {division:34}{len(found):>10}{'':>9}{mean(found):>10.3f}\n"
    yield f"  {'whole note':34}{len(scores):>10}{'':>9}{mean(s.rouge for s in scores):>10.3f}\n"
    yield from _facts(scores)


def of_snippets(engine: Callable[[Material], Draft]) -> Iterator[str]:
    """The lines on short dialogues of MTS-Dialog: whether anything stands in the section they are about."""
    found = [(s, text_of(engine(s.material), s.keys)) for s in mts()]
    share = Share(sum(bool(text) for _, text in found), len(found))
    score = mean(rouge_l(s.text, text).f1 for s, text in found)
    yield f"MTS-Dialog valid: {share.all} dialogues of one section each; the section is drafted in "
    yield f"{share.right} ({share.rate:.1%}), ROUGE-L F1 {score:.3f}\n\n"


def _seeded(samples: list[Sample]) -> Iterator[str]:
    yield f"  {'faults put in on purpose':34}{'put in':>10}{'found':>9}{'rate':>10}\n"
    for name, share in seeded(samples, local.draft).items():
        yield f"  {name:34}{share.all:>10}{share.right:>9}{share.rate:>10.1%}\n"
    yield "\n"


def _engine(
    name: str, samples: Sequence[Sample], engine: Callable[[Material], Draft], out: TextIO
) -> int:
    scores: list[Score] = []
    failed = 0
    for sample in samples:
        try:
            scores += score_all([sample], engine)
        except (Unsure, Unreachable) as error:
            out.write(f"{sample.id} was not drafted. {error}\n")
            failed += 1
    if scores:
        out.writelines(table(name, scores))
    return failed


def _coverage(scores: Sequence[Score]) -> Iterator[str]:
    wanted = Counter(key for s in scores for key in s.covered)
    given = Counter(key for s in scores for key, is_covered in s.covered.items() if is_covered)
    for key in (key for key in SectionKey if wanted[key]):
        share = Share(given[key], wanted[key])
        yield f"  {TITLES[key]:34}{wanted[key]:>10}{given[key]:>9}{share.rate:>10.1%}\n"
    whole = Share(given.total(), wanted.total())
    yield f"  {'all sections':34}{whole.all:>10}{whole.right:>9}{whole.rate:>10.1%}\n"


def _facts(scores: Sequence[Score]) -> Iterator[str]:
    yield f"  {'claims, by the checker':34}{'claims':>10}{'unheld':>9}{'rate':>10}\n"
    for rule in Rule:
        claims, unheld = sum(s.claims[rule] for s in scores), sum(s.unheld[rule] for s in scores)
        if claims:
            yield f"  {rule:34}{claims:>10}{unheld:>9}{unheld / claims:>10.1%}\n"
    without = Share(sum(s.facts[0] for s in scores), sum(s.facts[1] for s in scores))
    yield f"  {'unsupported facts':34}{without.all:>10}{without.right:>9}{without.rate:>10.1%}\n"
    sentences, marked = sum(s.sentences for s in scores), sum(s.unsourced for s in scores)
    yield f"  {sentences} sentences, {marked} without a source; "
    yield f"a note drafted in {_ms([s.drafting for s in scores])}, checked in {_ms([s.checking for s in scores])} (median)\n\n"


def _ms(times: Sequence[timedelta]) -> str:
    return f"{median(t.total_seconds() for t in times) * 1000:.0f} ms"


def _references(samples: Sequence[Sample]) -> str:
    counted = [of_references(sample) for sample in samples]
    share = Share(sum(unheld for unheld, _ in counted), sum(claims for _, claims in counted))
    return (
        "For comparison, the people's own notes against the whole conversation: "
        f"{share.right} of {share.all} facts unsupported ({share.rate:.1%}).\n"
    )
