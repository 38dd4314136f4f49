"""Writing the answers of a form as structured data: each must map to a question of the practice's form.

Which of eCW's codes 301 to 307 means which fault is the sandbox's guess: no source tells them apart.
"""

from collections.abc import Iterator

from services.sandbox.answering import REFERENCE, value_of
from services.sandbox.questionnaire import QUESTIONS, Question
from services.sandbox.shapes import Json
from services.sandbox.telephone import RefusedEntry
from services.sandbox.tenants import Tenant
from services.sandbox.world import World
from services.sandbox.writing import active_patient, check_texts, keep, known_entry

TYPES = {
    "string": ("valueString",),
    "text": ("valueString",),
    "boolean": ("valueBoolean",),
    "date": ("valueDate",),
    "choice": ("valueCoding", "valueString"),
    "open-choice": ("valueCoding", "valueString"),
}


def store_answers(world: World, tenant: Tenant, answers: Json, target: str) -> str:
    """Store a QuestionnaireResponse: 301 linkId, 302 form, 303 required, 304 type, 305 option, 306 group, 307 empty."""
    active_patient(tenant, answers)
    if target:
        known_entry(tenant, answers, target)
    canonical = str(answers.get("questionnaire", REFERENCE)).partition("|")[0]
    if not f"/{canonical}".endswith(f"/{REFERENCE}"):
        raise RefusedEntry("302", "The questionnaire is not known.")
    items = answers.get("item", [])
    if not items:
        raise RefusedEntry("307", "Nothing is answered.")
    for item, parent in _items(items, ""):
        _check(item, parent)
    check_texts(answers)
    return keep(world, tenant, answers, target or tenant.next_id("qr"), answers)


def _items(items: list[Json], parent: str) -> Iterator[tuple[Json, str]]:
    for item in items:
        yield item, parent
        yield from _items(item.get("item", []), str(item.get("linkId")))


def _check(item: Json, parent: str) -> None:
    question = QUESTIONS.get(str(item.get("linkId")))
    if question is None:
        raise RefusedEntry("301", "A question does not map to structured data.")
    if question.parent != parent:
        raise RefusedEntry("306", f"{question.link} does not belong there.")
    if question.kind == "group":
        _check_required(item, question)
    for answer in item.get("answer", []):
        _check_answer(question, answer)


def _check_required(item: Json, group: Question) -> None:
    inner = item.get("item", [])
    answered = {i.get("linkId") for i in inner if i.get("answer")}
    required = {i["linkId"] for i in group.item["item"] if i.get("required")}
    if answered and (missing := required - answered):
        raise RefusedEntry("303", f"Not answered: {', '.join(sorted(missing))}.")


def _check_answer(question: Question, answer: Json) -> None:
    if not set(answer) & set(TYPES.get(question.kind, ())):
        raise RefusedEntry("304", f"{question.link} takes another type of answer.")
    known = {*question.options, *question.options.values()}
    if question.kind == "choice" and value_of(answer) not in known:
        raise RefusedEntry("305", f"{question.link} has no such option.")
