"""How often a medicine is taken, from Latin abbreviations and everyday words to one wording."""

import re

_COUNTS = {"once": "once", "one": "once", "1": "once", "twice": "twice", "two": "twice",
           "2": "twice", "three": "three times", "3": "three times", "thrice": "three times",
           "four": "four times", "4": "four times", "five": "five times", "5": "five times",
           "6": "six times", "six": "six times"}  # fmt: skip
_NUMBERS = {"two": "2", "three": "3", "four": "4", "six": "6", "eight": "8", "twelve": "12"}
_ADVERBS = {"day": "daily", "daily": "daily", "week": "weekly", "weekly": "weekly",
            "month": "monthly", "monthly": "monthly"}  # fmt: skip
_TIMES = re.compile(
    r"\b(once|twice|thrice|(?:one|two|three|four|five|six|[1-6])\s*(?:times?|x)|[1-5]\s*(?:-|to|or)\s*[2-6]\s*times)"
    r"\s*(?:(?:a|per|each|every|/)\s*)?(day|daily|week|weekly|month|monthly)\b"
)
_SHORT = re.compile(r"\b([1-6])\s*x\s*/?\s*(day|daily|week|weekly)\b")
_EVERY = re.compile(
    r"\b(?:every|each|q)\s*(?P<low>\d+|two|three|four|six|eight|twelve)"
    r"(?:\s*(?:-|to)\s*(?P<high>\d+))?\s*(?P<unit>hours?|hrs?|h|days?|weeks?|wks?|months?)\b"
)
_PLAIN = (
    (r"b\.?i\.?d\b\.?", "twice daily"),
    (r"t\.?i\.?d\b\.?", "three times daily"),
    (r"q\.?i\.?d\b\.?", "four times daily"),
    (r"q\.?o\.?d\b\.?|(?:every|each) other day|alternate days", "every other day"),
    (r"q\.?\s?week(?:ly)?|(?:every|each|per|a) week|(?<!twice )(?<!times )weekly", "once weekly"),
    (r"(?:every|each|per|a) month|(?<!twice )(?<!times )monthly", "once monthly"),
    (r"q\.?d\b\.?|(?:every|each|per|a) day|(?<!twice )(?<!times )daily|\bo\.?d\b\.?", "once daily"),
)  # fmt: skip
_MOMENTS = (
    (r"q\.?\s?a\.?m\b\.?|(?:every|each|in the) morning|mornings|\bq ?am\b|\bin am\b", "every morning"),
    (r"q\.?\s?p\.?m\b\.?|(?:every|each|in the) evening|evenings|\bin pm\b", "every evening"),
    (r"q\.?\s?h\.?s\b\.?|\bh\.?s\b\.?|at bed ?time|before bed|nightly|(?:every|each|at) night|bedtime", "at bedtime"),
)  # fmt: skip
_EXTRAS = (
    (r"before (?:meals|eating|food)|\ba\.?c\b\.?", "before meals"),
    (r"after (?:meals|eating|food)|\bp\.?c\b\.?", "after meals"),
    (r"with (?:meals|food|each meal)", "with meals"),
    (r"\bp\.?r\.?n\b\.?|as needed|when needed|if needed|as required", "as needed"),
)


def often(text: str) -> str:
    """The frequency that *text* gives, in one wording; empty if it gives none or contradicts itself."""
    words = re.sub(r"\s+", " ", text.lower())
    rhythms = _rhythms(words)
    moments = [said for pattern, said in _MOMENTS if re.search(rf"(?<!\w)(?:{pattern})", words)]
    if moments and rhythms in ([], ["once daily"]):
        rhythms = [" and ".join(moments)]
    elif moments and len(rhythms) == 1:
        rhythms = [f"{rhythms[0]} {' and '.join(moments)}"]
    if len(rhythms) > 1:
        return ""
    extras = [said for pattern, said in _EXTRAS if re.search(rf"(?<!\w)(?:{pattern})", words)]
    return " ".join([*rhythms, *extras])


def begins_often(text: str) -> int | None:
    """Where in *text* the words about how often begin; ``None`` if there are none."""
    words = text.lower()
    phrases = [rf"(?<!\w)(?:{phrase})" for phrase, _ in (*_PLAIN, *_MOMENTS, *_EXTRAS)]
    found = [pattern.search(words) for pattern in (_TIMES, _SHORT, _EVERY)]
    found += [re.search(phrase, words) for phrase in phrases]
    return min((match.start() for match in found if match), default=None)


def _rhythms(words: str) -> list[str]:
    found = [_times(match) for match in _TIMES.finditer(words)]
    found += [_times(match) for match in _SHORT.finditer(words)]
    found += [_every(match) for match in _EVERY.finditer(words)]
    rest = _EVERY.sub(" ", _SHORT.sub(" ", _TIMES.sub(" ", words)))
    for pattern, said in _PLAIN:
        if re.search(rf"(?<!\w)(?:{pattern})", rest):
            found.append(said)
            rest = re.sub(rf"(?<!\w)(?:{pattern})", " ", rest)
    return list(dict.fromkeys(found))


def _times(match: re.Match[str]) -> str:
    if between := re.match(r"(\d)\s*(?:-|to|or)\s*(\d)", match[1]):
        return f"{between[1]}-{between[2]} times {_ADVERBS[match[2]]}"
    count = re.match(r"[a-z]+|\d", match[1])
    return f"{_COUNTS[count[0]] if count else match[1]} {_ADVERBS[match[2]]}"


def _every(match: re.Match[str]) -> str:
    low, high = _NUMBERS.get(match["low"], match["low"]), match["high"]
    unit = {"h": "hour", "d": "day", "w": "week", "m": "month"}[match["unit"][0]]
    if low == "1" and not high:
        return {"hour": "every hour", "day": "once daily", "week": "once weekly"}.get(
            unit, "once monthly"
        )
    return f"every {low}-{high} {unit}s" if high else f"every {low} {unit}s"
