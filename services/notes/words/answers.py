"""Whether a text asks, and whether an answer means yes or no."""

import re

_LEAD = r"^(?:(?:and|so|okay|ok|all right|alright|well|now|but|good|great|perfect|yeah|yes|then|also|anything else)\b[\s,.]*)*"
_ASKS = re.compile(
    _LEAD + r"(?:do (?:you|we|they|i|those|any|your|people)|does|did|have you(?! (?:come|get|go|do|use|take|see|follow|start|schedule|back|on|return|try|wear|meet|work))|has|had you|are you|are they|is it|is there|is the|were|was it|any\b|how\b|what(?!'s important| (?:i|we)\b(?! (?:have|do) you)| that means| (?:your|the) x-ray)\b|when (?:did|was|do|were|is)\b"
    r"|where\b|which (?:one|side|of)|who(?:'s| is| was)?\b|why (?!don't)|can you|could you|would you|tell me|no (?:fever|chest|other|history|nausea|pain|trouble|issues))\b", re.I
)  # fmt: skip
_NO = re.compile(
    r"^(?:well|oh|um|uh|actually|honestly|,|\s)*(?:no\b|nope|nah|not (?:really|that|at all|yet|since|lately|recently|so far|anymore|currently)"
    r"|none|never|negative|i (?:don't|do not|haven't|have not|didn't|did not|can't say|wouldn't|hadn't)\b"
    r"|it (?:doesn't|does not|hasn't|didn't|isn't)|they (?:don't|haven't)|she (?:hasn't|doesn't|has not)|he (?:hasn't|doesn't|has not)"
    r"|neither|nothing|no,)", re.I
)  # fmt: skip
_YES = re.compile(
    r"^(?:well|oh|um|uh|actually|honestly|,|\s)*(?:yes\b|yeah|yep|yup|sure|mm-hmm|uh-huh|correct|exactly|absolutely|definitely|right\b"
    r"|that's (?:right|correct)|i (?:do|have|am|did|was|had|feel|get)\b|it (?:does|is|has|did)\b|a (?:little|bit|few)|sometimes"
    r"|occasionally|some\b|every (?:once|now)|once in|only|just when|both|they (?:do|are|have)|she (?:does|has|is)|he (?:does|has|is))",
    re.I,
)
_UNKNOWN = re.compile(
    r"\b(?:i don't (?:know|think so|remember|recall)|not sure|i'm not sure|i guess|maybe|hard to say)\b",
    re.I,
)

_TAG = re.compile(r"(?<=\w)\W+(?:okay|all right|right|yeah)\s*\?\s*$", re.I)


def asks(text: str) -> bool:
    """Whether *text* is a question, with or without its mark; "…, okay?" is none."""
    if tagged := _TAG.search(text):
        return bool(_ASKS.match(text[: tagged.start()]))
    return text.rstrip().endswith("?") or bool(_ASKS.match(text))


def answer_of(text: str) -> bool | None:
    """``True`` for yes, ``False`` for no, ``None`` where *text* says neither.

    "I don't think so" is a no; "I don't know" is neither.
    """
    if re.match(r"^\W*i (?:don't|do not) (?:think|believe) so", text, re.I):
        return False
    if _UNKNOWN.match(text.strip(" ,")):
        return None
    if re.match(r"^\W*(?:no|nope)\b\W+(?:yeah|yes|i do\b|it does)", text, re.I):
        return True
    if _NO.match(text):
        return False
    return True if _YES.match(text) else None
