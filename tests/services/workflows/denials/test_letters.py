"""Letters: every sentence rests on something, gaps are asked for, and paper is the same for the same letter."""

import io
import time
from datetime import date

import pypdfium2
import pytest
from docx import Document

from services.codes import reasons
from services.workflows.denials.letters import printing
from services.workflows.denials.letters.drafting import GENERAL, draft, template_for, templates
from services.workflows.denials.letters.keeping import changes
from services.workflows.denials.letters.letter import Fact, Head, Letter, Source, decoded, encoded

HEAD = Head(
    "Sample practice", ("1 Sample Street", "Sampletown, MA 01000"), "555-0100", "Sample Payer",
    (("Patient", "Synthetic Sample"),), "Billing office, Sample practice",
)  # fmt: skip
ON = date(2026, 3, 2)
NAMES = (
    "payer", "payer_number", "number", "service_on", "denied_on", "denied", "code", "reason",
    "remarks", "procedures", "refused", "diagnoses", "provider", "authorization", "modified",
    "sent_on", "proof", "proof_on", "days_taken", "limit",
)  # fmt: skip
FACTS = {name: Fact(f"<{name}>", (Source(f"source of {name}", f"row/{name}"),)) for name in NAMES}


def letter(template: str = "timely", without: str = "") -> Letter:
    facts = {name: fact for name, fact in FACTS.items() if name != without}
    return draft(templates()[template], facts, HEAD, ON)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("name", sorted(templates()))
def test_every_sentence_of_every_template_rests_on_a_source(name: str) -> None:
    made = letter(name)
    assert made.sentences
    assert all(sentence.sources for sentence in made.sentences)
    assert not any("{" in sentence.text for sentence in made.sentences)


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_sentence_whose_source_is_taken_away_disappears(name: str) -> None:
    whole = letter(name)
    for fact in NAMES:
        left = letter(name, without=fact)
        assert not any(f"<{fact}>" in sentence.text for sentence in left.sentences)
        assert len(left.sentences) <= len(whole.sentences)


def test_without_proof_a_late_claim_asks_for_it_and_must_not_leave() -> None:
    assert letter().needed == ()
    [asked] = letter(without="proof_on").needed
    assert (asked.required, asked.text[:5]) == (True, "Proof")


def test_each_reason_has_one_template_and_the_rest_the_general_one() -> None:
    codes = [code for one in templates().values() for code in one.codes]
    assert len(codes) == len(set(codes))
    assert all(reasons.carc(code) for code in codes)
    assert [template_for(code).name for code in ("29", "197", "50", "252", "97", "16")] == [
        "timely", "authorization", "necessity", "documents", "bundling", GENERAL,
    ]  # fmt: skip


def test_a_letter_is_drafted_in_well_under_a_second() -> None:
    start = time.process_time()
    for _ in range(20):
        printing.pdf(letter())
    assert (time.process_time() - start) / 20 < 1


def test_the_same_letter_gives_the_same_bytes_and_another_gives_others() -> None:
    assert printing.pdf(letter()) == printing.pdf(letter())
    assert printing.pdf(letter()) != printing.pdf(letter(without="sent_on"))
    assert letter().digest == decoded(encoded(letter())).digest
    assert letter().digest != letter(without="sent_on").digest


def test_pdf_and_word_say_what_the_letter_says_below_the_letterhead() -> None:
    made = letter()
    pdf = text_of(printing.pdf(made))
    word = "\n".join(p.text for p in Document(io.BytesIO(printing.docx(made))).paragraphs)
    for part in (HEAD.practice, HEAD.phone, *HEAD.address, HEAD.to, "March 2, 2026", HEAD.signed):
        assert part in pdf
        assert part in word
    assert "<proof_on>" in pdf
    assert all(sentence.text in word for sentence in made.sentences)
    assert all(line in word for line in made.enclosures)


def test_what_cannot_be_printed_is_said_beforehand_and_accents_are_no_trouble() -> None:
    assert printing.unprintable("Zo\u00eb \u0141ukasz \u2018quoted\u2019") == ""
    assert printing.unprintable("Jos\u00e9 N\u00fa\u00f1ez \u2013 \u201cyes\u201d") == ""
    assert printing.unprintable("\u5f20 writes") == "\u5f20"


def test_edits_are_told_word_by_word() -> None:
    assert changes("one two three", "one 2 three") == (
        ("", "one"), ("-", "two"), ("+", "2"), ("", "three"),
    )  # fmt: skip
    assert changes("same", "same") == ()
