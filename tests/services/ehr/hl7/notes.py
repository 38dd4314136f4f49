"""Synthetic notes and templates, one by hand and any number generated."""

from datetime import UTC, date, datetime

from hypothesis import strategies as st

from services.ehr.hl7 import Note, Patient, Profile, Provider, Section, Sex

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEYS = ("cc", "hpi", "ros", "exam", "assessment", "plan")
CODES = ("CC", "HPI", "ROS", "PE", "ASSESSMENT", "PLAN")
TEMPLATE = """
name = "Adult visit"
location = "Location/l.1"
""" + "\n".join(
    f'[[section]]\nkey = "{key}"\ncode = "{code}"\ntext = "{key.title()}"\nsystem = "L"\n'
    for key, code in zip(KEYS, CODES, strict=True)
)
PROFILE = Profile(
    "Adult visit",
    "Location/l.1",
    tuple(Section(key, code, key.title()) for key, code in zip(KEYS, CODES, strict=True)),
    document=Section("document", "DOC", "Visit note"),
)
PATIENT = Patient("100116", "Synthetic", "Sam", date(1980, 2, 3), Sex.FEMALE)
PROVIDER = Provider("1234567893", "Synthetic", "Pat")


def note(document: bytes | None = None, encounter: str = "ap.116", **sections: str) -> Note:
    """A note of the patient of the sandbox's encounter ap.116."""
    return Note(PATIENT, encounter, PROVIDER, sections or {"plan": "Rest."}, document)


# Everything that the encoding or the frame is made of, and what breaks lines somewhere.
AWKWARD = "|^~\\&\r\n\t\x00\x0b\x0c\x1c\x1d\x85\u2028\u2029\xa0\ufeff\U0001f9ea\"'.brXEFSTR"
ANY = st.characters(exclude_categories=["Cs"])
TEXT = st.text(st.one_of(ANY, st.sampled_from(AWKWARD)), max_size=60) | st.sampled_from(
    ['""', "\\.br\\", "\\X0D\\", "\\", "\\\\", "~", " a", "a ", "\n", "a\r\nb", "a\rb\n"]
)
WORD = st.text(st.one_of(ANY, st.sampled_from(AWKWARD)), min_size=1, max_size=20).filter(
    lambda text: bool(text.strip())
)
PATIENTS = st.builds(Patient, WORD, WORD, TEXT.filter(lambda t: len(t) < 25),
                     st.none() | st.dates(), st.sampled_from(Sex))  # fmt: skip
PROVIDERS = st.builds(Provider, st.from_regex(r"[0-9]{10}", fullmatch=True).filter(str.isascii),
                      WORD, WORD)  # fmt: skip
NOTES = st.builds(
    Note, PATIENTS, WORD, PROVIDERS, st.dictionaries(st.sampled_from(KEYS), TEXT),
    st.binary(max_size=40),
)  # fmt: skip
