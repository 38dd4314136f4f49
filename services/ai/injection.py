"""Signs that a text tries to instruct a model, or that a draft obeyed one.

A tag for staff, never a defence: the defence is that a model has no tools, sees one patient,
cannot lower urgency and cannot send.
"""

import re

_ORDERS = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}"
    r"\b(?:instructions?|prompts?|rules?|guidelines?|triage|policy|everything above|all (?:previous|prior))\b",
    # A role at the start of a sentence; "my immune system: ..." is not one.
    r"(?:^|[.!?\n\"'(\[*#])\s*(?:system|assistant|developer|admin(?:istrator)?)\s*"
    r"(?:prompt|message|override|note|instruction|mode)?\s*:",
    r"\b(?:mark|classify|label|categori[sz]e|treat|flag|set|rate|sort)\b[^.\n]{0,30}\b(?:as|to)\b"
    r"[^.\n]{0,15}\b(?:not urgent|non[- ]?urgent|routine|low priority|resolved|thanks|safe)\b",
    r"\b(?:do not|don't|never|no need to)\b[^.\n]{0,20}"
    r"\b(?:escalate|flag|alert|triage this|mark (?:this|it)|notify (?:the )?(?:nurse|doctor|staff|clinician))\b",
    r"\b(?:reply|respond|answer|output|print|say)\b[^.\n]{0,12}\b(?:only|exactly|with|verbatim|just)\b"
    r"[^.\n]{0,30}(?:[\"'`{]|\b(?:yes|approved|json|ok)\b)",
    r"\byou are (?:now|no longer|a|an) (?:an? )?(?:\w+ )?(?:ai|assistant|model|bot|dan|chatbot|llm)\b",
    r"\b(?:pretend|act|behave|roleplay) (?:to be|as|like)\b[^.\n]{0,20}\b(?:ai|assistant|model|doctor|admin|bot)\b",
    r"\b(?:show|reveal|print|repeat|tell|give|list|send|leak|dump)\b[^.\n]{0,30}"
    r"\b(?:other patients?|all patients?|system prompt|your (?:instructions|prompt|rules)|api[ _-]?keys?|passwords?)\b",
    r"\b(?:jailbreak|prompt injection|developer mode|sudo)\b",
    r"</?\s*(?:facts?|message|system|instructions?|prompt|data)\b[^<>]*>|<\|[^|<>]*\|>|\[/?INST\]",
    r"\b(?:ignora|ignore|olvida|omite)\b[^.\n]{0,40}\b(?:instrucciones|reglas|anterior(?:es)?)\b",
    r"\b(?:marca|clasifica|marque|clasifique)\b[^.\n]{0,30}\b(?:no urgente|rutina|rutinari[oa])\b",
    r"\bno\b[^.\n]{0,10}\b(?:escale|escales|avise|avises)\b",
    r"\b(?:muestra|revela|dime|muéstrame)\b[^.\n]{0,30}\b(?:otros pacientes|tus instrucciones|la clave)\b",
)
_OBEYED = (
    r"\b(?:as an? (?:ai|language model|assistant)|system prompt|my instructions|i was instructed|"
    r"api[ _-]?key|sk-ant-\w*|other patients?|language model)\b",
    r"</?\s*(?:facts|message)-|\bcategory\b\W+\w+\W+\burgency\b",
)
INSTRUCTION = re.compile("|".join(_ORDERS), re.IGNORECASE)
OBEDIENCE = re.compile("|".join(_OBEYED), re.IGNORECASE)
# Written so that a person sees nothing: zero-width and direction marks, and tag characters.
HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]{2,}")


def possible_injection(text: str) -> bool:
    """Whether *text* reads like instructions to a model, or hides characters from people."""
    return bool(INSTRUCTION.search(text) or HIDDEN.search(text))
