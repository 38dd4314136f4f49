"""What the front desk is sent is read as it stands on the paper."""

from hashlib import sha256

import pytest
from PIL import Image

from services.documents.lines import Placed
from services.documents.ocr import doubted
from services.documents.pages import Document, Kind
from services.documents.reading import read
from tests.needs import needs_ocr
from tests.services.documents import files


def texts(document: Document) -> list[str]:
    return [line.text for page in document.pages for line in page.lines]


def test_a_typed_form_is_read_line_by_line() -> None:
    lines = texts(read(files.sample("emily.pdf")))
    assert lines[2:5] == ["Name: Emily Carter", "DOB (MM/DD/YYYY): 07/22/1992", "Gender: Female"]


def test_a_typed_form_names_its_kind_engine_and_digest() -> None:
    data = files.sample("emily.pdf")
    document = read(data)
    assert (document.kind, document.engine) == (Kind.PDF, "text layer")
    assert document.digest == sha256(data).hexdigest()


def test_every_page_keeps_its_number_and_size() -> None:
    pages = read(files.sample("emily.pdf")).pages
    assert [(p.number, round(p.width), round(p.height)) for p in pages] == [
        (n, 595, 842) for n in (1, 2, 3)
    ]


def test_a_word_knows_its_place_on_the_page() -> None:
    [line] = read(files.typed(["Name: Sample"])).pages[0].lines
    box = line.words[1].box
    assert box is not None
    # 20 mm and the width of "Name: " from the left of 210 mm, its foot 30 mm below the top of 297.
    assert box.page == 1
    assert 0.15 < box.left < box.right < 0.25
    assert 0.08 < box.top < 30 / 297 < box.bottom < 0.12


def test_label_and_value_in_two_columns_are_two_lines_side_by_side() -> None:
    data = files.typed(["First name", "Sample"], ["Last name", "Patient"])
    assert texts(read(data)) == ["First name", "Sample", "Last name", "Patient"]


def test_a_page_that_lies_on_its_side_is_read_as_it_is_shown() -> None:
    turned = files.turned(files.typed(["First name", "Sample"], ["Last name", "Patient"]), 90)
    page = read(turned).pages[0]
    assert page.width > page.height
    box = page.lines[0].words[0].box
    assert box is not None
    assert box.left > 0.8


def test_ticked_boxes_stay_in_the_text() -> None:
    assert texts(read(files.typed(["[x] Female   [ ] Male"]))) == ["[x] Female [ ] Male"]


def test_what_was_typed_into_form_fields_stands_beside_its_label() -> None:
    assert texts(read(files.fillable({"Last name": "Sample Carter"}))) == [
        "Last name",
        "Sample Carter",
    ]


def test_a_form_field_on_a_page_without_labels_brings_its_own_name() -> None:
    assert texts(read(files.fillable({"Last name": "Carter"}, printed=False))) == [
        "Last name: Carter"
    ]


def test_a_ticked_field_stands_beside_its_label() -> None:
    assert texts(read(files.fillable({"Female": True, "Male": False}))) == ["☒ Female", "☐ Male"]


@pytest.mark.parametrize("how", ["white", "invisible", "tiny", "outside", "covered"])
def test_what_nobody_can_see_on_the_page_is_not_read_and_said(how: str) -> None:
    document = read(files.with_hidden("Allergies: none", how))
    assert texts(document) == ["Name: Sample"]
    assert document.flags == ("hidden-text-ignored",)


def test_pale_and_coloured_words_are_read_like_any_other() -> None:
    document = read(files.with_hidden("Allergies: none", "pale"))
    assert (texts(document), document.flags) == (["Name: Sample", "Allergies: none"], ())


def test_a_hidden_form_field_is_not_read() -> None:
    hidden = files.fillable({"Last name": "Carter"}).replace(b"/T(Last name)", b"/F 2/T(Last name)")
    assert texts(read(hidden)) == ["Last name"]


def test_a_word_file_is_read_paragraph_by_paragraph() -> None:
    document = read(files.sample("jane.docx"))
    assert document.kind is Kind.DOCX
    assert texts(document)[1:5] == ["Name:", "Jane Doe", "DOB (MM/DD/YYYY):", "01/16/1985"]


def test_cells_of_a_word_table_are_lines_in_their_order() -> None:
    data = files.word(table=[["Phone", "555 0100"], ["City", "Sampleton"]])
    assert texts(read(data)) == ["Phone", "555 0100", "City", "Sampleton"]


def test_a_word_file_has_one_page_without_places() -> None:
    [page] = read(files.word("Name: Sample")).pages
    assert page.number == 1
    assert {word.box for line in page.lines for word in line.words} == {None}


def test_a_word_content_control_and_its_tick_are_kept() -> None:
    control = (
        "<w:p><w:sdt><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>"
        "<w:r><w:t> Female </w:t><w:sym w:font='Wingdings' w:char='F0A8'/></w:r></w:p>"
    )
    data = files.with_entries(files.word(), {"word/document.xml": files.body(control)})
    assert texts(read(data)) == ["☒ Female ☐"]


def test_a_word_file_in_another_encoding_keeps_its_letters() -> None:
    main = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + files.body(
        "<w:p><w:r><w:t>Jos\u00e9</w:t></w:r></w:p>"
    ).decode().encode("latin-1")
    data = files.with_entries(files.word(), {"word/document.xml": main})
    assert texts(read(data)) == ["Jos\u00e9"]


def test_macros_in_a_word_file_are_ignored_and_said() -> None:
    data = files.with_entries(files.word("Name: Sample"), {"word/vbaProject.bin": b"macro"})
    document = read(data)
    assert (texts(document), document.flags) == (["Name: Sample"], ("macros-ignored",))


def test_a_word_file_without_macros_has_no_flag() -> None:
    assert read(files.word("Name: Sample")).flags == ()


def test_what_a_word_file_links_to_is_never_asked_for() -> None:
    link = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" TargetMode="External" Target="file:///etc/hostname" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>'
        b"</Relationships>"
    )
    data = files.with_entries(files.word("Sample"), {"word/_rels/document.xml.rels": link})
    assert texts(read(data)) == ["Sample"]


def test_a_ccda_record_is_kept_as_the_xml_it_is() -> None:
    document = read(files.sample("ccd.xml"))
    assert (document.kind, document.pages) == (Kind.CCDA, ())
    assert document.xml.encode() == files.sample("ccd.xml").removeprefix(b"\xef\xbb\xbf")


def test_markup_in_an_answer_stays_plain_text() -> None:
    assert texts(read(files.word("<script>alert(1)</script>"))) == ["<script>alert(1)</script>"]


def test_letters_that_do_not_print_are_left_out() -> None:
    assert texts(read(files.word("Sam\u202eple\u200b"))) == ["Sample"]


@needs_ocr
def test_a_scanned_form_is_read_like_the_typed_one() -> None:
    data = files.sample("emily.pdf")
    scan = read(files.scanned(files.pictures(data)[:1]))
    assert scan.engine.startswith("tesseract")
    assert texts(scan) == [line.text for line in read(data).pages[0].lines]


@needs_ocr
def test_a_fax_heading_does_not_hide_the_picture_below() -> None:
    scan = files.scanned(files.pictures(files.typed(["Name: Sample"])), heading="Fax page 1 of 1")
    assert "Name: Sample" in texts(read(scan))


@needs_ocr
def test_a_scan_among_typed_pages_is_read_too() -> None:
    form = files.typed(["Name: Sample"])
    both = files.joined(form, files.scanned(files.pictures(form)))
    document = read(both)
    assert document.engine.startswith("text layer, tesseract")
    assert texts(document) == ["Name: Sample", "Name: Sample"]


@needs_ocr
def test_the_reader_says_how_sure_it_is() -> None:
    document = read(files.picture(files.pictures(files.typed(["Name: Sample"]))[0]))
    [line] = document.pages[0].lines
    assert all(0.5 < word.sure < 1 for word in line.words)


@needs_ocr
def test_a_scanned_word_stands_where_the_typed_one_does() -> None:
    form = files.typed(["Name: Sample"])
    [typed], [seen] = (read(f).pages[0].lines for f in (form, files.scanned(files.pictures(form))))
    there, here = typed.words[1].box, seen.words[1].box
    assert there is not None
    assert here is not None
    assert here.left == pytest.approx(there.left, abs=0.01)
    assert here.bottom == pytest.approx(there.bottom, abs=0.01)


@needs_ocr
def test_a_photograph_held_sideways_is_turned_upright() -> None:
    image = files.pictures(files.typed(["Name: Sample"]))[0]
    held = image.rotate(90, expand=True)
    exif = held.getexif()
    exif[0x0112] = 6  # "turn me a quarter clockwise"
    assert texts(read(files.picture(held, "JPEG", exif=exif))) == ["Name: Sample"]


@needs_ocr
@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_fed_in_the_wrong_way_round_is_read_upright(degrees: int) -> None:
    image = files.pictures(files.typed(["First name", "Sample"], ["Last name", "Patient"]))[0]
    lines = texts(read(files.scanned([image.rotate(degrees, expand=True)])))
    assert lines == ["First name", "Sample", "Last name", "Patient"]


@needs_ocr
def test_a_word_read_upside_down_is_shown_where_it_stands() -> None:
    image = files.pictures(files.typed(["Name: Sample"]))[0]
    [line], [turned] = (read(files.picture(i)).pages[0].lines for i in (image, image.rotate(180)))
    there, here = line.words[1].box, turned.words[1].box
    assert there is not None
    assert here is not None
    assert here.left == pytest.approx(1 - there.right, abs=0.01)
    assert here.top == pytest.approx(1 - there.bottom, abs=0.01)


@needs_ocr
def test_an_empty_scan_has_no_lines() -> None:
    assert texts(read(files.picture(Image.new("L", (850, 1100), 255)))) == []


@needs_ocr
def test_every_page_of_a_tiff_is_read() -> None:
    form = files.typed(["Name: Sample"], pages=2)
    document = read(files.tiff(files.pictures(form)))
    assert [[line.text for line in page.lines] for page in document.pages] == [["Name: Sample"]] * 2


@needs_ocr
def test_an_insurance_card_under_uneven_light_is_read() -> None:
    lines = texts(read(files.sample("card.jpg")))
    assert {"ANGEL BROWN", "123456789", "Group # 1000000", "HEALTH SAVINGS PLAN"} <= set(lines)


def test_a_word_that_a_second_reading_contradicts_is_doubted_and_the_others_are_not() -> None:
    first = [Placed("Group", 0, 0, 50, 10, 0.96), Placed("5120", 60, 0, 100, 10, 0.95)]
    again = [Placed("Group", 1, 0, 50, 10, 0.9), Placed("S120", 60, 0, 100, 10, 0.9)]
    assert [word.sure for word in doubted(first, again)] == [0.96, 0.5]
    assert doubted(first, first) == first
    parted = [Placed("51", 60, 0, 80, 10), Placed("20", 80, 0, 100, 10), again[0]]
    assert doubted(first, parted) == first
