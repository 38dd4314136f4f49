"""Photographed cards: what they plainly print becomes fields, and nothing else is taken for certain."""

from dataclasses import replace
from itertools import product

import pytest

from services.documents.pages import Document, Kind
from services.documents.reading import read
from services.workflows.intake.extract import extract
from services.workflows.intake.extract.card_insurance import ALIKE, IN_PARTS, TWO_PAYERS, WHOSE
from services.workflows.intake.extract.card_insurance import may_be_misread as misreadable
from services.workflows.intake.extract.card_reading import EITHER, NOT_THERE, STRAY, UNCLEAR
from services.workflows.intake.extract.cards import CardKind, kind_of
from services.workflows.intake.fields import Field
from services.workflows.intake.normal.text import folded
from tests.needs import needs_ocr
from tests.services.workflows.intake import card_pictures
from tests.services.workflows.intake.card_pictures import BACK, HARMS, Card, drawn, sent
from tests.services.workflows.intake.paper import TODAY, Placed, column, typed

MEMBER, GROUP, PAYER = "coverage[0].member_id", "coverage[0].group", "coverage[0].payer"
SUBSCRIBER, PLAN = "coverage[0].subscriber", "coverage[0].plan"
COPAYS = ("Copay $20", "RxBIN 610502")


def picture(document: Document) -> Document:
    """The same page as a photograph."""
    return replace(document, kind=Kind.IMAGE, engine="tesseract 5")


def card(*texts: str, sure: float = 0.96) -> dict[str, Field]:
    """The fields of a card with these lines below each other, and copays."""
    return found(picture(column(*texts, *COPAYS, sure=sure)))


def placed(*lines: Placed) -> dict[str, Field]:
    return found(picture(typed(*lines, (5, 60, COPAYS[0]), (5, 64, COPAYS[1]))))


def found(document: Document) -> dict[str, Field]:
    return {field.path: field for field in extract(document, TODAY)}


def wrong(one: Card, fields: dict[str, Field]) -> dict[str, str | None]:
    """Values that the card does not say."""
    return {
        path: field.value
        for path, field in fields.items()
        if field.value is not None and _bare(field.value) != _bare(one.truth.get(path) or "")
    }


def _bare(text: str) -> str:
    return folded(text).replace(" ", "")


@needs_ocr
@pytest.mark.parametrize("one", card_pictures.ALL, ids=lambda one: one.name)
def test_a_good_picture_gives_what_the_card_says(one: Card) -> None:
    fields = found(read(sent(drawn(one))))
    assert wrong(one, fields) == {}
    said = [path for path, value in one.truth.items() if value is not None]
    right = [path for path in said if path in fields and fields[path].value is not None]
    assert len(right) >= 0.6 * len(said)  # white print on a dark band is often not read
    assert all(fields[path].reason for path in fields if fields[path].value is None)


@needs_ocr
@pytest.mark.parametrize(
    ("harm", "one"),
    [
        *product(
            ("blurred", "askew", "far and soft"), (card_pictures.CAPTIONED, card_pictures.LICENCE)
        )
    ],
    ids=lambda each: getattr(each, "name", each),
)
def test_a_bad_picture_leaves_fields_empty_and_none_wrong(harm: str, one: Card) -> None:
    fields = found(read(sent(HARMS[harm](drawn(one)))))
    assert wrong(one, fields) == {}
    assert all(fields[path].reason for path in fields if fields[path].value is None)


@needs_ocr
def test_the_back_of_a_card_names_nobody_and_no_number() -> None:
    fields = found(read(sent(drawn(BACK))))
    assert [path for path, field in fields.items() if field.value is not None] == []


def test_labels_and_values_on_one_line() -> None:
    fields = card("Aetna", "Member ID: W234 567 891", "Group # 0845127", "Eff Date 01/01/2026")
    assert fields[PAYER].value == "Aetna"
    assert fields[MEMBER].value == "W234 567 891"
    assert fields[GROUP].value == "0845127"
    assert fields["coverage[0].start"].value == "2026-01-01"
    assert fields[MEMBER].source.box is not None


def test_captions_above_their_values_in_two_columns() -> None:
    fields = placed(
        (5, 5, "Cigna"), (5, 10, "Subscriber"), (50, 10, "Group Number"), (5, 12, "LIONEL SAMPLE"),
        (50, 12, "3341907"), (5, 20, "ID Number"), (5, 22, "U71938264"),
    )  # fmt: skip
    assert fields[SUBSCRIBER].value == "Lionel Sample"
    assert fields[GROUP].value == "3341907"
    assert fields[MEMBER].value == "U71938264"


def test_a_value_of_the_next_column_is_nobodys() -> None:
    fields = placed(
        (5, 5, "Cigna"), (5, 10, "ID Number"), (50, 10.6, "Group Number"), (50, 12, "3341907")
    )
    assert (fields[MEMBER].value, fields[MEMBER].reason) == (None, NOT_THERE)
    assert fields[GROUP].value == "3341907"


def test_two_values_for_one_label_are_offered_and_not_chosen() -> None:
    fields = placed((5, 5, "Cigna"), (5, 10, "ID"), (17, 10, "71938264"), (5, 12, "99938264"))
    assert (fields[MEMBER].value, fields[MEMBER].reason) == (None, EITHER)
    assert set(fields[MEMBER].choices) == {"71938264", "99938264"}


def test_the_pharmacys_group_is_not_the_employers() -> None:
    assert GROUP not in card("Aetna", "ID 123456789", "Rx Group # BCA41")
    misread = card("Aetna", "ID 123456789", "Px Group # BCA41")[GROUP]
    assert (misread.value, misread.reason, misread.choices) == (None, STRAY, ("BCA41",))


@pytest.mark.parametrize("sure", [0.5, 0.84])
def test_what_the_reader_is_not_sure_of_stays_empty(sure: float) -> None:
    field = card("Aetna", "Member ID: 234567891", "Group # 0845127", sure=sure)[MEMBER]
    assert (field.value, field.reason, field.choices) == (None, UNCLEAR, ("234567891",))


@pytest.mark.parametrize("number", ["LEG4-TE5-MK72", "U71938264 O1", "1EG4-TES-MK72", "B12345678"])
def test_letters_that_look_like_digits_are_not_taken_for_certain(number: str) -> None:
    field = card("Cigna", f"Member ID: {number}", "Group # 0845127")[MEMBER]
    assert (field.value, field.reason, field.choices) == (None, ALIKE, (number,))


@pytest.mark.parametrize("number", ["1EG4-TE5-MK72", "924681357", "W234567891", "LM-4471-0092"])
def test_numbers_whose_letters_are_plain_are(number: str) -> None:
    assert not misreadable(number)


def test_a_number_printed_in_parts_is_put_together_by_the_practice() -> None:
    fields = placed(
        (5, 5, "Premera"), (5, 10, "Prefix"), (20, 10, "Identification #"), (50, 10, "Suffix"),
        (5, 12, "ABC"), (20, 12, "123456789"), (50, 12, "01"),
    )  # fmt: skip
    field = fields[MEMBER]
    assert (field.value, field.reason) == (None, IN_PARTS)
    assert field.choices == ("ABC123456789", "ABC12345678901", "123456789")


def test_a_member_is_not_said_to_hold_the_policy() -> None:
    field = card("Aetna", "Member ID: 234567891", "Member Name: ROSA SYNTHETIC")[SUBSCRIBER]
    assert (field.value, field.reason, field.choices) == (None, WHOSE, ("Rosa Synthetic",))


def test_everybody_holds_their_own_medicare() -> None:
    fields = card("MEDICARE HEALTH INSURANCE", "Name: JOHN SMITH", "Medicare Number 1EG4-TE5-MK72")
    assert fields[SUBSCRIBER].value == "John Smith"
    assert fields[MEMBER].value == "1EG4-TE5-MK72"


def test_a_card_of_two_insurers_is_nobodys_for_certain() -> None:
    field = card("Aetna", "Humana", "Member ID: 234567891")[PAYER]
    assert (field.value, field.reason, field.choices) == (None, TWO_PAYERS, ("Aetna", "Humana"))


def test_an_insurer_nobody_knows_is_left_to_staff() -> None:
    field = card("Larkspur Mutual", "Member ID: 234567891", "Group # 0845127")[PAYER]
    assert field.value is None
    assert field.reason


def test_blue_cross_is_that_of_its_state() -> None:
    payer = card("Blue Cross Blue Shield of Massachusetts", "Member ID: 234567891")[PAYER]
    assert payer.value == "Blue Cross Blue Shield of Massachusetts"


def test_a_birth_date_is_no_other_date_of_a_licence() -> None:
    fields = found(picture(column("DRIVER LICENSE", "4b EXP 05/14/2029", "4a ISS 05/01/2024",
                                  "1 SYNTHETIC", "2 ROSA", "15 SEX F")))  # fmt: skip
    assert fields["demographics.dob"].value is None
    assert fields["demographics.dob"].reason
    assert fields["demographics.last_name"].value == "Synthetic"
    assert fields["demographics.sex"].value == "female"


def test_an_address_needs_its_town_below_it() -> None:
    lines = ("DRIVER LICENSE", "3 DOB 05/14/1986", "15 SEX F", "8 12 ELM STREET")
    assert found(picture(column(*lines)))["demographics.address"].value is None
    whole = found(picture(column(*lines, "SALEM, MA 01970")))
    assert whole["demographics.address"].value == "12 Elm Street"
    assert whole["demographics.zip"].value == "01970"


def test_a_form_that_asks_for_insurance_is_no_card() -> None:
    lines = ("Patient Information", "Member ID: 234567891", "Group: 0845127", *COPAYS)
    assert kind_of(picture(column(*lines))) is None
    assert kind_of(picture(column("Aetna", *lines[1:]))) is CardKind.INSURANCE


def test_a_typed_page_is_no_photograph_of_a_card() -> None:
    lines = ("Aetna", "Member ID: 234567891", "Group: 0845127", *COPAYS)
    assert kind_of(column(*lines)) is None
    assert kind_of(picture(column(*lines))) is CardKind.INSURANCE
