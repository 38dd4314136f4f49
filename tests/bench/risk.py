"""Claims scored a second for their risk of denial, one at a time from what was billed, and learning."""

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from services.claims.risk.learning import Case, learn
from services.claims.risk.model import Model, model_of
from services.claims.risk.traits import traits_of
from services.claims.risk.wording import sentence
from services.ehr.x12.claim import Claim
from tests.bench.figures import A_SECOND, MILLISECONDS, Figure, Scale, cpu, cpu_of_each, percentile
from tests.services.scrub.builder import SUBSCRIBER, claim, coverage, line

SERVED = date(2021, 3, 1)
YEAR = 4_000  # answered claims


def measure(scale: Scale) -> Iterator[Figure]:
    """Office claims of three lines; every sixth was denied, for a cause that can be seen."""
    claims = [_claim(n) for n in range(scale.messages)]
    history = [_answered(n) for n in range(YEAR)]
    model = learn(history).model
    if model is None:
        raise RuntimeError("The history of this measurement teaches nothing.")
    artefact = model.written()
    one_by_one = cpu_of_each(lambda: _score(artefact, claims[0]), 1_000)
    slow = 1000 * percentile(one_by_one, 0.99)
    yield Figure("score one claim with its reasons, p99", slow, MILLISECONDS, target="<= 1 ms")
    ours = len(claims) / cpu(lambda: [_score(artefact, one) for one in claims], scale.rounds)
    words = len(claims) / cpu(lambda: [_words(one) for one in claims], scale.rounds)
    yield Figure(
        "score claims, one after the other", ours, A_SECOND, "reading their words alone", words
    )
    learned = cpu(lambda: learn(history), scale.rounds)
    yield Figure(f"learn from {YEAR:,} answered claims", 1000 * learned, MILLISECONDS)


def _score(artefact: str, one: Claim) -> tuple[float, list[str]]:
    model: Model = model_of(artefact)
    words = _words(one)
    told = [sentence(word, logits, "Harbor Health") for word, logits in model.reasons(words)]
    return model.chance(words), told


def _words(one: Claim) -> tuple[str, ...]:
    return traits_of(one, SERVED + timedelta(7), SERVED)


def _answered(n: int) -> Case:
    return Case(SERVED + timedelta(n // 16), n % 6 == 0 or n % 41 == 0, _words(_claim(n)))


def _claim(n: int) -> Claim:
    second = line("20610") if n % 6 == 0 else line("80053")
    lines = (line("99213", pointers=(1, 2)), second, line("36415"))
    someone = replace(SUBSCRIBER, name=replace(SUBSCRIBER.name, id=f"M{n:07}"))
    return claim(
        *lines, claim_id=f"C{n:06}", codes=("E119", "I10"), coverage=coverage(subscriber=someone)
    )
