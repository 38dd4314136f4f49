"""Six layouts of paper form, none of them like another: what is read, and what is left to a person."""

from services.workflows.intake.extract.making import TWO_ANSWERS
from tests.services.workflows.intake.paper import column, only, read, typed, values, without_places


def test_several_questions_on_one_line() -> None:
    found = values(
        column(
            "Patient Name: Rosa Synthetic DOB: 4/9/1971 Sex: F",
            "Address: 12 Elm St City: Salem State: MA Zip: 01970",
            "Home Phone: (617) 555-0134 Cell Phone: 617-555-0188",
        )
    )
    assert found == {
        "demographics.last_name": "Synthetic", "demographics.first_name": "Rosa",
        "demographics.dob": "1971-04-09", "demographics.sex": "female",
        "demographics.address": "12 Elm St", "demographics.city": "Salem",
        "demographics.state": "MA", "demographics.zip": "01970",
        "demographics.phone": "6175550188",
    }  # fmt: skip


def test_captions_above_their_boxes() -> None:
    found = values(
        typed(
            (5, 5, "Patient Information"),
            (5, 10, "First Name"), (40, 10, "Last Name"), (70, 10, "Date of Birth"),
            (5, 12.5, "Rosa"), (40, 12.5, "Synthetic"), (70, 12.5, "04/09/1971"),
            (5, 18, "City"), (40, 18, "State"), (70, 18, "Zip Code"),
            (5, 20.5, "Salem"), (40, 20.5, "MA"), (70, 20.5, "01970"),
        )
    )  # fmt: skip
    assert found["demographics.last_name"] == "Synthetic"
    assert found["demographics.dob"] == "1971-04-09"
    assert found["demographics.zip"] == "01970"


def test_captions_under_their_lines_are_not_guessed_at() -> None:
    found = values(
        typed(
            (5, 10, "Rosa"), (40, 10, "Synthetic"),
            (5, 12.5, "First Name"), (40, 12.5, "Last Name"),
            (5, 15, "Salem"), (40, 15, "Essex"),
            (5, 17.5, "City"), (40, 17.5, "County"),
        )
    )  # fmt: skip
    assert found.get("demographics.first_name") is None
    assert found.get("demographics.last_name") is None
    assert found.get("demographics.city") is None


def test_two_columns_each_under_its_own_heading() -> None:
    found = values(
        typed(
            (5, 5, "Patient Information"), (55, 5, "Emergency Contact"),
            (5, 10, "Name: Rosa Synthetic"), (55, 10, "Name: Luis Synthetic"),
            (5, 14, "Phone: 617-555-0188"), (55, 14, "Phone: 617-555-0199"),
        )
    )  # fmt: skip
    assert found["demographics.first_name"] == "Rosa"
    assert found["demographics.phone"] == "6175550188"
    assert found["demographics.emergency_contact_name"] == "Luis Synthetic"
    assert found["demographics.emergency_contact_phone"] == "6175550199"


def test_tables_of_medications_and_allergies() -> None:
    found = values(
        typed(
            (5, 5, "Current Medications"),
            (5, 9, "Medication"), (40, 9, "Dose"), (60, 9, "How often"),
            (5, 12, "Lisinopril"), (40, 12, "10 mg"), (60, 12, "once a day"),
            (5, 15, "Metformin"), (60, 15, "BID"),
            (5, 20, "Allergies"),
            (5, 24, "Allergen"), (40, 24, "Reaction"),
            (5, 27, "Penicillin"), (40, 27, "hives"),
        )
    )  # fmt: skip
    assert only(found, "medications") == {
        "medications[0].name": "Lisinopril", "medications[0].dose": "10 mg",
        "medications[0].frequency": "once daily", "medications[1].name": "Metformin",
        "medications[1].frequency": "twice daily",
    }  # fmt: skip
    assert only(found, "allergies") == {
        "allergies[0].substance": "Penicillin", "allergies[0].reaction": "hives",
    }  # fmt: skip


def test_boxes_to_tick() -> None:
    found = values(
        column(
            "Name: Rosa Synthetic",
            "Sex: ☐ Male ☒ Female",
            "Preferred Language: [ ] English [x] Spanish",
            "Have you ever had any of the following?",
            "[x] Asthma [ ] Diabetes [X] Hypertension",
            "Do you have any allergies? Yes [ ] No [x]",
        )
    )
    assert found["demographics.sex"] == "female"
    assert found["demographics.language"] == "es"
    assert found["problems[0]"] == "Asthma"
    assert found["problems[1]"] == "Hypertension"
    assert "problems[2]" not in found
    assert found["allergies.no_known"] == "true"


def test_free_lists_under_headings() -> None:
    found = values(
        column(
            "ALLERGIES",
            "• Penicillin - hives",
            "• Latex (rash); shellfish",
            "MEDICATIONS",
            "Lisinopril 10 mg daily",
            "metformin 500mg BID",
            "FAMILY HISTORY",
            "Mother: diabetes, hypertension",
            "Father - heart attack",
        )
    )
    assert only(found, "allergies") == {
        "allergies[0].substance": "Penicillin", "allergies[0].reaction": "hives",
        "allergies[1].substance": "Latex", "allergies[1].reaction": "rash",
        "allergies[2].substance": "shellfish",
    }  # fmt: skip
    assert found["medications[1].dose"] == "500 mg"
    assert found["medications[1].frequency"] == "twice daily"
    assert [v for p, v in found.items() if p.startswith("family") and p.endswith("condition")] == [
        "diabetes", "hypertension", "heart attack",
    ]  # fmt: skip


def test_two_insurances_with_their_subscribers() -> None:
    found = values(
        column(
            "Primary Insurance",
            "Insurance Company: Harbor Health",
            "Member ID: H-123 456",
            "Policy Holder Name: Luis Synthetic",
            "Patient's Relationship to Insured: Child",
            "Secondary Insurance",
            "Insurance Company: Pioneer Care",
            "Member ID: P998877",
        )
    )
    assert found["coverage[0].payer"] == "Harbor Health"
    assert found["coverage[0].subscriber"] == "Luis Synthetic"
    assert found["coverage[0].relationship"] == "child"
    assert found["coverage[1].payer"] == "Pioneer Care"
    assert found["coverage[1].member_id"] == "P998877"


def test_the_holder_being_the_parent_makes_the_patient_the_child() -> None:
    found = values(
        column(
            "Insurance Information", "Provider: Harbor Health", "Relationship to Patient: Parent"
        )
    )
    assert found["coverage[0].relationship"] == "child"


def test_whose_child_is_not_guessed() -> None:
    field = read(column("Insurance Information", "Relationship: Child"))["coverage[0].relationship"]
    assert field.value is None
    assert set(field.choices) == {"child", "parent"}


def test_a_word_file_with_its_table_cells_in_a_row() -> None:
    found = values(
        without_places(
            "Patient Information", "Name:", "Rosa Synthetic", "Date of Birth:", "04/09/1971",
            "Medications", "Medication", "Dose", "Frequency",
            "Lisinopril", "10 mg", "daily", "Metformin", "BID",
        )
    )  # fmt: skip
    assert found["demographics.last_name"] == "Synthetic"
    assert found["medications[0].dose"] == "10 mg"
    assert found["medications[1].name"] == "Metformin"
    assert found["medications[1].frequency"] == "twice daily"
    assert "medications[1].dose" not in found


def test_an_address_on_two_lines() -> None:
    found = values(
        column(
            "Name: Rosa Synthetic",
            "Address: 12 Elm Street",
            "Salem, MA 01970",
            "Email: r@example.org",
        )
    )
    assert found["demographics.address"] == "12 Elm Street"
    assert found["demographics.city"] == "Salem"
    assert found["demographics.zip"] == "01970"


def test_an_employers_phone_is_not_the_patients() -> None:
    found = values(column("Name: Rosa Synthetic", "Employer: Example Works", "Phone: 617-555-0100"))
    assert "demographics.phone" not in found


def test_a_contacts_phone_on_the_same_line() -> None:
    found = values(
        column("Name: Rosa Synthetic", "Emergency Contact: Luis Synthetic Phone: 617-555-0199")
    )
    assert found["demographics.emergency_contact_phone"] == "6175550199"
    assert "demographics.phone" not in found


def test_a_blank_line_says_that_it_is_blank() -> None:
    field = read(column("Name: Rosa Synthetic", "Date of Birth: ________", "Email: ____"))
    assert field["demographics.dob"].value is None
    assert "blank" in field["demographics.dob"].reason


def test_two_different_birth_dates_are_neither() -> None:
    field = read(
        column("Name: Rosa Synthetic", "DOB: 04/09/1971", "Patient Date of Birth: 04/09/1972")
    )["demographics.dob"]
    assert field.value is None
    assert field.reason == TWO_ANSWERS
    assert set(field.choices) == {"1971-04-09", "1972-04-09"}


def test_none_known_and_one_named_contradict_each_other() -> None:
    found = read(column("Do you have any allergies? No", "List allergies: Penicillin"))
    assert found["allergies.no_known"].value is None
    assert found["allergies[0].substance"].value == "Penicillin"


def test_two_boxes_ticked_where_one_is_asked_for() -> None:
    assert (
        values(column("Name: R Synthetic", "Sex: [x] Male [x] Female"))["demographics.sex"] is None
    )


def test_an_answer_that_runs_into_an_unknown_question_is_not_certain() -> None:
    found = values(column("City: Salem Favorite color: blue", "Name: Rosa Synthetic"))
    assert found["demographics.city"] is None


def test_a_sentence_is_no_allergen() -> None:
    found = read(column("Allergies: I get a bit itchy when the neighbors mow their lawn"))
    assert found["allergies[0].substance"].value is None
    assert found["allergies[0].substance"].original.startswith("I get")


def test_a_misread_letter_in_a_question_costs_confidence() -> None:
    clear = read(column("Emergency Contact Name: Luis Synthetic"))
    misread = read(column("Emergancy Contact Narne: Luis Synthetic"))
    path = "demographics.emergency_contact_name"
    assert path in clear
    assert path not in misread or misread[path].confidence < clear[path].confidence


def test_a_word_that_ocr_doubts_makes_its_field_doubtful() -> None:
    field = read(column("Member ID: H123456", "Group Number: 77", "Name: R Synthetic", sure=0.6))
    assert field["coverage[0].member_id"].confidence < 0.8


def test_the_place_is_that_of_the_value() -> None:
    box = read(column("Date of Birth: 04/09/1971", "Name: R Synthetic"))[
        "demographics.dob"
    ].source.box
    assert box is not None
    assert box.left > 0.2


def test_no_second_insurance_is_none() -> None:
    found = values(column("Primary Insurance: Harbor Health", "Secondary Insurance: None"))
    assert found == {"coverage[0].payer": "Harbor Health"}


def test_day_and_month_are_not_guessed_where_the_form_asks_day_first() -> None:
    field = read(column("Fecha de nacimiento: 09/04/1971", "Nombre: Rosa Synthetic"))[
        "demographics.dob"
    ]
    assert field.value is None
    assert field.choices == ("1971-04-09", "1971-09-04")


def test_consents_ticked_unticked_and_unsigned() -> None:
    found = values(
        column(
            "Consents",
            "[x] I consent to treatment by the practice",
            "[ ] I agree to receive text messages",
            "I acknowledge the notice of privacy practices",
            "Signature: ______",
        )
    )
    answers = [found[f"consents[{n}].answer"] for n in range(3)]
    assert answers == ["true", "false", None]
