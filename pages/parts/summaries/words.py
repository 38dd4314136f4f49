"""The words of the Summaries page: lists, languages, and what a click came to."""

from collections.abc import Mapping

from db.visit_summaries import SummaryState
from pages.parts.manage import Color
from services.workflows.summaries.listing import Listed, Row
from services.workflows.summaries.standing import LANGUAGES, SummaryText

LANES: Mapping[str, tuple[str, str]] = {
    "check": ("To check", "Signed visits in plain words, earliest first. Nothing has left."),
    "sent": ("Sent", "Approved or with the patient, of visits in the last two weeks."),
    "aside": ("Set aside", "Visits of the last two weeks of which the patient gets no summary."),
}
EMPTY: Mapping[str, str] = {
    "check": "Nothing to check. A visit appears here a minute or two after its note is signed in eCW.",
    "sent": "Nothing was sent in the last two weeks.",
    "aside": "Nothing was set aside in the last two weeks.",
}
DONE: Mapping[str, str] = {
    "summaries.edit": "Kept.",
    "summaries.tick": "Ticked under your name.",
    "summaries.remove": "Taken out.",
    "summaries.send": "Approved. It leaves in a few seconds; until then you can take it back.",
    "summaries.take_back": "Taken back. Nothing was sent.",
    "summaries.settle": "Settled.",
    "summaries.give": "Noted: the patient has it from you.",
    "summaries.set_aside": "Set aside.",
    "summaries.reopen": "Reopened; it is written anew.",
    "summaries.choose": "It is written anew. This takes a moment.",
    "summaries.draft_again": "The note is read and told anew. This takes a moment.",
}
DELIVERIES: Mapping[str, str] = {
    "held": "approved, leaves when the time to take it back is over",
    "sending": "sending",
    "accepted": "accepted by healow, being read back",
    "verified": "in the patient's portal, read back there",
    "refused": "refused",
    "in_doubt": "confirming…",
    "unconfirmed": "not confirmed: please look in healow",
    "cancelled": "taken back",
}
STATES: Mapping[SummaryState, tuple[str, Color, str]] = {
    SummaryState.WAITING: ("Being written", "gray", ":material/hourglass_empty:"),
    SummaryState.READY: ("AI draft", "blue", ":material/edit_note:"),
    SummaryState.FAILED: ("No draft", "orange", ":material/report:"),
    SummaryState.SENDING: ("On its way", "blue", ":material/send:"),
    SummaryState.SENT: ("In the portal", "green", ":material/check_circle:"),
    SummaryState.GIVEN: ("Given by hand", "green", ":material/front_hand:"),
    SummaryState.SET_ASIDE: ("Set aside", "gray", ":material/inventory_2:"),
}
WRITABLE = (SummaryState.READY, SummaryState.FAILED)
OUT = (SummaryState.SENT, SummaryState.GIVEN)
ENGINES: Mapping[str, str] = {"local": "Written by rules", "claude": "Written by Claude"}
SPOKEN: Mapping[str, str] = {
    "am": "Amharic", "ar": "Arabic", "bn": "Bengali", "de": "German", "en": "English",
    "es": "Spanish", "fa": "Persian", "fr": "French", "gu": "Gujarati", "hi": "Hindi",
    "hmn": "Hmong", "ht": "Haitian Creole", "hy": "Armenian", "it": "Italian", "ja": "Japanese",
    "km": "Khmer", "ko": "Korean", "ne": "Nepali", "pa": "Punjabi", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "so": "Somali", "sw": "Swahili", "tl": "Tagalog",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "yi": "Yiddish", "zh": "Chinese",
}  # fmt: skip
NOTES_OFF = (
    "Notes are switched off, so nobody sees when one is signed. An administrator can set Notes to "
    "shadow, pilot or on, on the Rollout page."
)
LEVEL_HELP = "Flesch-Kincaid: sentence and word length as a school grade. It counts English only."


def counts(listed: Listed) -> dict[str, str]:
    """How many lie in each list; sent ones of amended notes are pointed out."""
    told = {lane: str(count) for lane, count in listed.counts.items()}
    return told | ({"sent": f"{told['sent']}, {listed.amended} amended"} if listed.amended else {})


def state(row: Row) -> tuple[str, Color, str]:
    """How it stands, in a badge; a draft that a person changed is theirs."""
    if row.state is SummaryState.READY and row.is_edited:
        return ("Draft, edited", "blue", ":material/edit_note:")
    if row.state is SummaryState.READY and row.engine == "local":
        return ("Draft by rules", "blue", ":material/edit_note:")
    return STATES[row.state]


def doubts(row: Row) -> str:
    """How many sentences wait for the provider; empty where none does."""
    if not row.unsettled:
        return ""
    return "1 sentence to check" if row.unsettled == 1 else f"{row.unsettled} sentences to check"


def spoken(code: str) -> str:
    """The language of a chart in words; empty where the chart names none."""
    return SPOKEN.get(code.lower().partition("-")[0], code)


def foreign(row: Row) -> str:
    """A sentence where the patient speaks a language that we cannot write; empty otherwise."""
    code = row.spoken.lower().partition("-")[0]
    if not code or code in LANGUAGES:
        return ""
    return (
        f"The chart says that this patient speaks {spoken(row.spoken)}. Foyer cannot write it yet, "
        f"so this is in {LANGUAGES[row.language]}. Please offer an interpreter or a translation."
    )


def half_told(row: Row) -> str:
    """A sentence where rules could tell only the frame in another language; empty otherwise."""
    if row.language == "en" or row.engine != "local":
        return ""
    return (
        f"Titles and explanations are in {LANGUAGES[row.language]}; the sentences are those you "
        "signed, in English, and the summary says so. Edit them, or offer a translation."
    )


def level(text: SummaryText) -> str:
    """How hard it is to read, beside the grade it is for."""
    if text.language != "en":
        return f"For grade {text.grade}. The reading level is measured of English only."
    if text.level is None:
        return f"For grade {text.grade}."
    return f"Reads at grade {text.level:.1f}; it is for grade {text.grade}."
