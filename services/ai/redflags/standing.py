"""Decides whether a symptom that was found is here and now, or denied, past, supposed or told."""

from collections.abc import Sequence
from enum import IntEnum

from services.ai.redflags.patterns import Hit
from services.ai.redflags.surroundings import Mention, Surroundings, mention
from services.ai.redflags.words import COMMA, LINE, SENTENCE

_REACH = 8  # words a denial reaches without a comma
_LIST_REACH = 24  # words it reaches along a list
_SUPPOSED_REACH = 10


class Standing(IntEnum):
    """How much a mention counts, least first."""

    ABSENT = 0  # denied, long past, supposed, taught, someone else's story
    SEEN = 1  # real, but over or already seen to: a person looks today
    DOUBTFUL = 2  # may be denied, may be current: never lower than urgent
    CURRENT = 3


def standing(around: Surroundings, atoms: Sequence[Hit]) -> Standing:
    """Judge one mention, given by the positions of its parts.

    Only its own sentence can weaken a mention told in the present, so nothing appended to
    a message can. What is told in the past tense, or about a parent, may be closed by the
    sentence that follows ("... went to the ER and was cleared", "should I be tested?").
    """
    it = mention(around, atoms)
    said = _denied(it)
    if said is not Standing.CURRENT:
        return said
    happened = around.has("it_happened", 0, len(around.codes))
    if not happened and (_supposed(it) or _taught(it)):
        return Standing.ABSENT
    return Standing.ABSENT if _told(it) else _in_time(it)


def denied(around: Surroundings, atoms: Sequence[Hit]) -> bool:
    """Is the mention plainly denied ("no fever", "not pregnant")?"""
    return _denied(mention(around, atoms)) is Standing.ABSENT


def _denied(it: Mention) -> Standing:
    """Absent when denied, doubtful when it may be, else current."""
    if any(_answers(it, hit) for hit in it.after("denied_after", 3)):
        return Standing.ABSENT
    denials = it.around.begun("negation", it.left, it.end + 1)
    loose = [hit for hit in denials if not _shares(hit, it.atoms)]
    verdict = min((_reach(it, hit) for hit in loose), default=Standing.CURRENT)
    if verdict is Standing.ABSENT and it.after("reaffirmed"):
        return Standing.CURRENT
    return verdict


def _answers(it: Mention, denial: Hit) -> bool:
    """ "Chest pain: none." closes the clause it stands in."""
    codes, at = it.around.codes, denial[1] + 1
    closes = at >= it.right or codes[at] in (COMMA, LINE, SENTENCE)
    return closes and COMMA not in codes[it.end : denial[0]]


def _shares(hit: Hit, atoms: Sequence[Hit]) -> bool:
    """Has words in common with a part of the mention ("has not" in "has not moved")."""
    return any(
        hit[0] <= b and a <= hit[1] and not (hit[0] <= a and b <= hit[1] and hit != (a, b))
        for a, b in atoms
    )


def _reach(it: Mention, denial: Hit) -> Standing:
    """Does this denial reach the mention?"""
    if denial[0] > it.start:  # between its parts: "my chest does not hurt"
        return Standing.ABSENT
    gap = it.around.codes[denial[1] + 1 : it.start]
    if gap[:1] == COMMA or it.around.has("ends_denial", denial[1] + 1, it.start):
        return Standing.CURRENT
    if COMMA in gap:
        return _reach_along_list(it, gap)
    if len(gap) > _REACH:
        return Standing.CURRENT
    unsure = ("subject", "joining")  # "no fever I have ...", "no X and Y"
    if any(it.around.has(name, denial[1] + 1, it.start) for name in unsure):
        return Standing.DOUBTFUL
    return Standing.ABSENT


def _reach_along_list(it: Mention, gap: str) -> Standing:
    """ "no fever, chills or chest pain" denies all; "no fever, my chest hurts" does not."""
    segment = it.start - gap[::-1].index(COMMA)
    close = it.around.codes.find(COMMA, it.end + 1, it.right)
    asserted = it.around.has("asserting", segment, close if close >= 0 else it.right)
    return Standing.CURRENT if asserted or len(gap) > _LIST_REACH else Standing.ABSENT


def _supposed(it: Mention) -> bool:
    """An "if" before the mention, with no more than its own subject between them."""
    return any(_conditional(it, cue) for cue in it.around.begun("hypothetical", it.left, it.start))


def _conditional(it: Mention, cue: Hit) -> bool:
    since = cue[1] + 1
    gap = it.around.codes[since : it.start]
    real = it.around.has("presupposed", since, min(it.end + 5, it.right)) or it.around.has(
        "presupposed_before", since, it.start
    )
    subjects = it.around.within("subject", since, it.start)
    return COMMA not in gap and len(gap) <= _SUPPOSED_REACH and len(subjects) <= 1 and not real


def _taught(it: Mention) -> bool:
    """A handout, a class, a list of side effects: words about the illness, not of the ill."""
    cues = it.around.begun("teaching", it.left, it.start)
    about = any(not it.around.has("subject", cue[1] + 1, it.start) for cue in cues)
    return about or any(cue[0] == it.end + 1 for cue in it.after("teaching_after"))


def _told(it: Mention) -> bool:
    """A figure of speech about a bill, or the history of the family."""
    if it.anywhere("money") and it.before("minimised", 4):
        return True
    if it.anywhere("recent") or it.anywhere("returned"):
        return False
    asked = it.around.has("screening_question", it.left, it.next_sentence()[1])
    return it.anywhere("family_certain") or (it.anywhere("family_story") and asked)


def _in_time(it: Mention) -> Standing:
    """Current unless the sentence says that it is past, over, or already seen to."""
    if it.anywhere("returned"):
        return Standing.CURRENT
    current = it.around.has("present", *it.clause()) and not it.anywhere("well_since")
    if any(hit[1] == it.start - 1 for hit in it.before("history_of_my")):
        return Standing.SEEN
    if _history(it):
        return Standing.ABSENT
    if not current and (dates := it.around.within("long_ago", it.left, it.right)):
        return min(_dated(it, date) for date in dates)
    ended = it.after("resolved")
    if any(_concerns(it, hit) for hit in ended):
        return Standing.DOUBTFUL if it.anywhere("recent") else Standing.SEEN
    if ended and _lists_another(it):
        return Standing.DOUBTFUL
    if it.before("purpose", 5) or (it.anywhere("seen") and not current):
        return Standing.SEEN
    return Standing.SEEN if not current and _closed_later(it) else Standing.CURRENT


def _dated(it: Mention, date: Hit) -> Standing:
    """Absent when long past; a date that may belong to a test or a cough is no reason to wait."""
    if not _concerns(it, date):
        return Standing.CURRENT
    unsure = it.around.has("another_topic", date[1] + 1, date[1] + 3)
    follows = it.start < date[0] and COMMA not in it.around.codes[date[1] + 1 : date[1] + 3]
    return Standing.DOUBTFUL if unsure and follows and not _told_as_past(it) else Standing.ABSENT


def _concerns(it: Mention, cue: Hit) -> bool:
    """Nothing else is spoken of on the way to *cue*, or all is plainly told as past.

    People leave out full stops: "chest pain no appetite last year was fine".
    """
    between = (it.end + 1, cue[0]) if cue[0] > it.end else (cue[1] + 1, it.start)
    topics = it.around.begun("another_topic", *between)
    return _told_as_past(it) or all(_bound(it, topic) for topic in topics)


def _bound(it: Mention, topic: Hit) -> bool:
    """ "Breathless with the flu", "when I had a cold": the topic belongs to the mention."""
    return any(hit[1] == topic[0] - 1 for hit in it.after("bound_topic"))


def _lists_another(it: Mention) -> bool:
    """ "Breathlessness and cough are gone" may be said of both, or of the cough alone."""
    joins = it.around.begun("joining", it.end + 1, it.end + 2)
    return any(it.around.begun("another_topic", hit[1] + 1, hit[1] + 2) for hit in joins)


def _told_as_past(it: Mention) -> bool:
    return bool(it.before("told_as_past", 4)) and not it.anywhere("recent")


def _history(it: Mention) -> bool:
    """ "history of", right before one of its parts, and nothing about today."""
    near = (it.around.has("history", max(it.left, at - 4), at) for at, _ in it.atoms)
    return any(near) and not it.around.has("today", *it.clause())


def _closed_later(it: Mention) -> bool:
    """Told in the past tense, and the next sentence says that it was seen to."""
    following = it.next_sentence()
    closed = it.around.has("seen", *following) and it.around.has("personal", *following)
    return closed and it.around.has("past", *it.clause())
