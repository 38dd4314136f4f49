"""What the clinician thinks and will do: assessment, plan, orders and instructions, as it was said."""

import re
from collections.abc import Iterator, Sequence

from services.codes.drug_names import names_in
from services.codes.lists import folded
from services.notes.draft import Sentence
from services.notes.local.cues import cue, each
from services.notes.local.hearing import Heard, Zone
from services.notes.local.person import to_patient, written_out
from services.notes.local.writing import bare, sentence
from services.notes.sections import SectionKey
from services.notes.words.findings import kind_of, mentions

Found = tuple[SectionKey, Sentence]
_ANNOUNCED = re.compile(
    r"^(?:(?:so |and |then )*(?:for that|what (?:i|we)(?:'m| am|'re| are|'d like| want|'ll| will)(?: going)? to do(?: here| now)? is,?)[, ]*)?"
    r"(?:(?:i|we)(?:'d|'ll|'m|'re| am| are| will| would)? (?:also |do |just |really |still |probably |certainly )*"
    r"(?:(?:want|like|going|need|plan|prefer|have)(?: for (?:us|me))? to |recommend(?:ing)? (?:that )?(?:we )?)?"
    r"(?:be )?(?:go ahead and |also |just |probably |start by )*(?:recommend (?:that )?(?:we )?)?(?:be )?"
    r"|let's (?:just |also |go ahead and |do |try )*(?:and )?)(?=\w)",
    re.I,
)
# "I will be ordering" is planned as "order".
_PROGRESSIVE = re.compile(
    r"^(order|refer|prescrib|start|giv|gett|putt|send|schedul|add|increas|decreas|continu|repeat|recommend|tak|us|stopp|discontinu|check)(?:r)?ing\b",
    re.I,
)
_BASES = {
    "prescrib": "prescribe", "giv": "give", "gett": "get", "putt": "put", "schedul": "schedule", "increas": "increase",
    "decreas": "decrease", "continu": "continue", "tak": "take", "us": "use", "stopp": "stop", "discontinu": "discontinue",
}  # fmt: skip
_CONDITIONAL = re.compile(
    r"\b(?:if|unless|consider\w*|could|may(?:be)?|might|possibly|depending|option\w*|eventually|at that (?:point|time)|later|discuss\w*)\b",
    re.I,
)
_TOLD = re.compile(
    r"^(?:(?:i|we)(?:'d| would| do| just| also| really| still| certainly| will)* (?:want|like|need) you to (?:go ahead and |just |also |do |try to )*"
    r"|you (?:can|should|may|could) (?:also |just |still )*(?:go ahead and )?|(?:i|we) (?:also )?recommend (?:that )?you )(?=\w)",
    re.I,
)
_VERB_FIRST = re.compile(
    r"^(?:start|stop|continue|increase|decrease|order|refer|prescribe|refill|schedule|repeat|switch|discontinue|hold|taper|reduce|add|give|send|obtain|check|get"
    r"|put|keep|use|take|do|try|monitor|consider|discuss|see|follow|wear|place|draw|avoid|have|make|see|be|run|set|recommend|write|bring|call|let|plan|maintain|talk)\b", re.I
)  # fmt: skip
_TO_ORDER = re.compile(
    r"^hey,?\s*dragon,?\s*(?=(?:order|refill|prescribe|refer)\b)|^(?=order\b)", re.I
)
_REASONS = re.compile(
    r"\b(?:was|were|did|had|last (?:visit|time|week|month|year)|already|you said|you mentioned|you told)\b",
    re.I,
)


def planned(heard: Sequence[Heard]) -> Iterator[Found]:
    """Every sentence of the clinician that judges, plans, orders or instructs."""
    for one in heard:
        if one.is_patient:
            continue
        if order := _TO_ORDER.match(one.text.strip(" ,")):
            yield from _ordered(one, bare(one.text.strip(" ,")[order.end() :]))
        elif not one.asks and not one.says_nothing and (one.zone is Zone.PLAN or _is_early(one)):
            yield from _planned(one)


def _planned(one: Heard) -> Iterator[Found]:
    text = bare(one.text)
    if name := _problem(one.text):
        yield SectionKey.ASSESSMENT, sentence(name, one.sources)
        text = _after(text, name)
    if len(text.split()) < 3:
        return
    if cue("plan", "instruct").search(text):
        yield SectionKey.INSTRUCTIONS, sentence(_instruction(text), one.sources)
    elif _is_action(text):
        yield SectionKey.PLAN, sentence(_action(text), one.sources)
        if cue("plan", "order").search(text) and _orders_something(text):
            yield from _ordered(one, text)
    elif cue("plan", "judge").search(text) or mentions(text):
        yield SectionKey.ASSESSMENT, sentence(to_patient(text), one.sources)


def _ordered(one: Heard, text: str) -> Iterator[Found]:
    if len(text.split()) > 1 and _orders_something(text):
        yield SectionKey.ORDERS, sentence(_action(text), one.sources)


def _problem(text: str) -> str:
    """The name of a problem that the clinician announces, if it is something one may have."""
    for pattern in each("plan", "problem"):
        found = pattern.search(text)
        if found and mentions(found["name"]):
            return to_patient(bare(re.sub(r"^(?:your|the|this|of)\s+", "", found["name"].strip())))
    return ""


def _after(text: str, name: str) -> str:
    at = text.lower().find(name.lower())
    return bare(text[at + len(name) :]) if at >= 0 else text


def _is_action(text: str) -> bool:
    return bool(
        cue("plan", "action").search(text) and (_ANNOUNCED.match(text) or _VERB_FIRST.match(text))
    )


def _action(text: str) -> str:
    shorter = _PROGRESSIVE.sub(_base, _ANNOUNCED.sub("", text, count=1))
    told = shorter if _VERB_FIRST.match(shorter) else text
    return to_patient(bare(told))


def _base(verb: re.Match[str]) -> str:
    stem = verb[1].lower()
    return _BASES.get(stem, stem)


def _instruction(text: str) -> str:
    """What the patient is asked to do, in the words it was asked, addressed to them."""
    shorter = _TOLD.sub("", text, count=1)
    return written_out(bare(shorter))


def _orders_something(text: str) -> bool:
    """Whether something to order is named, and for now rather than for later."""
    if _CONDITIONAL.search(text):
        return False
    named = {kind_of(m.name) for m in mentions(text)}
    words = r"\b(?:referral|refer|brace|prescription|physical therapy|consult\w*|blood work|panel|test|screening)\b"
    return bool(
        named & {"tests", "treatments"} or names_in(folded(text)) or re.search(words, text, re.I)
    )


def _is_early(one: Heard) -> bool:
    """Whether something is planned while still talking of the history: an order with its object."""
    if one.zone is Zone.EXAM or _REASONS.search(one.text) or not _ANNOUNCED.match(bare(one.text)):
        return False
    return bool(cue("plan", "order").search(one.text) and _orders_something(one.text))
