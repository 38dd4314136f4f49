"""Advice and plans of a sentence: every deed in it was named by the clinician, not made up."""

import re
from collections.abc import Iterator, Mapping

from services.notes.check.claims import Claim, Rule
from services.notes.check.ground import Ground, Words
from services.notes.sections import ADVISING, SectionKey
from services.notes.words.vocabulary import words_of

_DEEDS: Mapping[str, str] = {
    "start": r"start\w*|begin\w*|initiat\w*|prescri\w+|put (?:you|the patient|him|her|them) on|add(?:ed|ing)?|give|gave|giving|trial of|try",
    "stop": r"stop\w*|discontinu\w+|hold(?:ing)?(?! off)|quit\w*|come off|cease",
    "increase": r"increas\w+|rais\w+|go(?:ing)? up|doubl\w+|up-?titrat\w+|bump\w* up|higher dose",
    "decrease": r"decreas\w+|reduc\w+|lower(?:ing)? (?:the|your|his|her) (?:dose|\w+)|cut\w* (?:back|down)|taper\w*|wean\w*|lower dose|go(?:ing)? down",
    "continue": r"continu\w+|keep (?:taking|using|on|up|doing)|stay(?:ing)? on|maintain\w*|remain\w* on|keep you on|same",
    "order": r"order\w*|obtain\w*|repeat\w*|schedul\w+|get(?:ting)? (?:a|an|another|some|the|you)|draw\w*|check(?:ing)?|send(?:ing)?|run(?:ning)?|perform\w*|evaluat\w*|do (?:a|an|another|some)|set (?:you )?up|have you (?:get|do)|need(?:s)? (?:a|an|another)|recommend\w*|like (?:a|an|to)|want",
    "refer": r"refer\w*|consult\w*|see (?:a|an|the|our) \w+ologist|specialist|send(?:ing)? (?:you|him|her|the patient) to|therapy",
    "return": r"follow[- ]?up|return\w*|come back|see you|see me|recheck|re-?evaluat\w*|back in|next visit|visit|see how|appointment",
    "avoid": r"avoid\w*|refrain\w*|limit\w*|restrict\w*|stay away|stay off|no more|don't|do not|not to|without",
    "take": r"tak(?:e|ing)|us(?:e|ing)|apply\w*|wear\w*|appl\w+|inject\w*|milligram\w*|mg|put\w*|brace|ice|get|give",
    "monitor": r"monitor\w*|record\w*|weigh\w*|track\w*|watch\w*|log\w*|check\w*|keep an eye|keep (?:a|track)|measur\w*",
    "call": r"call\w*|contact\w*|notif\w+|report\w*|let (?:me|us) know|reach out|message|emergency|seek",
    "exercise": r"exercis\w*|walk\w*|stretch\w*|activ\w+|strengthen\w*|therapy",
    "rest": r"rest(?:ing)?|elevat\w*|stay off|take it easy|ice|icing",
    "diet": r"diet\w*|eat\w*|hydrat\w*|fluids?|drink\w*|salt\w*|sodium|food\w*|water|carb\w*|sugar\w*|nutrition\w*",
    "operate": r"surg\w+|operat\w+|inject\w*|procedure\w*|biops\w+|excis\w+|replac\w+",
}  # fmt: skip
DEEDS = {name: re.compile(rf"\b(?:{pattern})\b", re.I) for name, pattern in _DEEDS.items()}
# Deeds by which a sentence is told to advise; the wider patterns above only serve to find them said.
_NARROW: Mapping[str, str] = {
    "start": r"start(?:ing|ed|s)?|begin|initiate|prescrib(?:e|ed|ing)",
    "stop": r"stop(?:ping|ped)?|discontinue[ds]?",
    "increase": r"increas(?:e|ed|ing)",
    "decrease": r"decreas(?:e|ed|ing)|reduc(?:e|ed|ing)|taper",
    "continue": r"continu(?:e|ed|ing)",
    "order": r"order(?:ed|ing)?|obtain|repeat|schedule",
    "refer": r"refer(?:red|ring|ral)?",
    "return": r"follow[- ]?up|return",
    "avoid": r"avoid|refrain|restrict",
    "monitor": r"monitor|weigh",
    "call": r"call|contact|notify",
    "exercise": r"exercise|stretch(?:es|ing)?",
    "rest": r"rest|elevate",
    "diet": r"diet|hydrat\w+|fluids",
    "operate": r"surgery|surgical|biopsy|excision",
}
NARROW = {name: re.compile(rf"\b(?:{pattern})\b", re.I) for name, pattern in _NARROW.items()}
_DIRECTS = re.compile(
    r"\b(?:should|recommend\w*|advise[ds]?|advised|needs? to|must|is to|are to|we will|i will|will be (?:referred|started|given|prescribed))\b", re.I
)  # fmt: skip
_EMPTY = frozenset(
    words_of(
        "the and for with that this will was were has have had his her their him she they you your patient not are is in on"
        " of to a an at as be been by from if or it its any all should would could may can must also we i me my our go ahead"
        " want need plan discussed understands agrees recommended recommend advised advise patient's today time day days week"
        " weeks month months per continue start stop order take follow up back return call needed necessary current further"
        " including such which there then than so do does did just out over about into when while medication medications"
    )
)
_ENOUGH = 0.5  # of the words that carry a sentence must stand in what the clinician said


def advice(said: Words, ground: Ground, section: SectionKey) -> Iterator[Claim]:
    """One claim for each deed the sentence tells somebody to do, and one for all it says beside."""
    if section not in ADVISING and not _DIRECTS.search(said.text):
        return
    for name, pattern in NARROW.items():
        if found := pattern.search(said.text):
            held = any(DEEDS[name].search(source.text) for source in ground.advising)
            yield Claim(Rule.ADVICE, found.group(), held, _why(found.group(), ground))
    if section in ADVISING:
        yield _of_the_rest(said.text, ground)


def _of_the_rest(text: str, ground: Ground) -> Claim:
    """Whether the sentence as a whole is in the clinician's words, not in somebody else's."""
    found = set(re.findall(r"[a-z]{3,}", text.lower())) - _EMPTY
    words = {word for word in found if not any(deed.fullmatch(word) for deed in NARROW.values())}
    spoken = frozenset[str]().union(*(source.stems for source in ground.advising))
    share = sum(word[:5] in spoken for word in words) / len(words) if words else 1.0
    held = bool(ground.advising) and share >= _ENOUGH
    return Claim(Rule.ADVICE, text, held, _why("it", ground))


def _why(deed: str, ground: Ground) -> str:
    if not ground.advising:
        return "This advises something that only the patient speaks of."
    named = "this" if deed == "it" else f"“{deed}”"
    return f"The clinician does not say {named} in the cited sources."
