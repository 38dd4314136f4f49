"""Messages sorted a second by the local engine, beside a bare TF-IDF and logistic regression."""

from collections.abc import Iterator, Sequence
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from services.ai import Facts
from services.ai.local import LocalAssistant
from services.workflows.inbox import local
from services.workflows.inbox.answer import Triage
from services.workflows.inbox.propose import sort_batch
from tests.bench.building import sqlite_building
from tests.bench.figures import (
    A_SECOND,
    MILLISECONDS,
    Figure,
    Scale,
    cpu,
    cpu_of_each,
    percentile,
)
from tests.bench.filling import fill
from tests.bench.letters import learnt_from, texts


def measure(scale: Scale) -> Iterator[Figure]:
    """Ours answers four questions, drafts and quotes its reasons; the bare one names a category."""
    messages = texts(scale.messages)
    bare = _bare(learnt_from())
    local.classifier()
    yield from _batch(bare, messages, scale)
    yield from _single(bare, messages, scale)
    yield _job(scale)


def _bare(examples: Sequence[dict[str, Any]]) -> Any:
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=300))
    return model.fit([row["text"] for row in examples], [row["category"] for row in examples])


def _batch(bare: Any, messages: Sequence[str], scale: Scale) -> Iterator[Figure]:
    facts = [Facts(text) for text in messages]
    scoring = cpu(lambda: local.classifier().read(messages), scale.rounds)
    answering = cpu(lambda: local.answer_many(facts), scale.rounds)
    theirs = len(messages) / cpu(lambda: bare.predict(messages), scale.rounds)
    beside = "bare TF-IDF + LogReg, one question"
    yield Figure("triage: messages/s in a batch, scores and reasons",
                 len(messages) / scoring, A_SECOND, beside, theirs, ">= 0.7x")  # fmt: skip
    yield Figure("triage: messages/s in a batch, with drafts",
                 len(messages) / answering, A_SECOND, beside, theirs)  # fmt: skip


def _single(bare: Any, messages: Sequence[str], scale: Scale) -> Iterator[Figure]:
    times, asked = min(len(messages), 300), iter(messages * 2)
    ours = cpu_of_each(lambda: local.answer(Facts(next(asked))), times)
    theirs = cpu_of_each(lambda: bare.predict([next(asked)]), times)
    for share, target in ((0.5, ""), (0.95, "<= 3 ms")):
        yield Figure(f"triage: one message, p{share * 100:.0f}", percentile(ours, share) * 1e3,
                     MILLISECONDS, "bare TF-IDF + LogReg", percentile(theirs, share) * 1e3,
                     target)  # fmt: skip


def _job(scale: Scale) -> Figure:
    """The whole job: claimed, asked, kept with suggestion, draft and trail."""
    assistant = LocalAssistant({Triage: local.answer}, local.VERSION)
    with sqlite_building(scale.folder) as building:
        fill(building, scale.messages, sorted_already=False)
        container, practice = building.container, building.practice
        taken = cpu_of_each(lambda: sort_batch(container, practice, assistant), scale.rounds + 1)
        each = 50 / percentile(taken[1:], 0.5)
        asking = 50 / cpu(lambda: [local.answer(Facts(t)) for t in texts(50)], scale.rounds)
        return Figure("triage: conversations/s through the job, kept and audited", each, A_SECOND,
                      "the engine's answers alone", asking)  # fmt: skip
