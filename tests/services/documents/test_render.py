"""A page is drawn for showing beside the fields."""

from io import BytesIO

import pytest
from PIL import Image

from services.documents.reading import render
from services.documents.refusals import Refusal
from services.errors import Invalid
from tests.services.documents import files


def drawn(data: bytes, page: int = 1, width: int = 1000) -> Image.Image:
    return Image.open(BytesIO(render(data, page, width)))


def test_a_page_comes_as_a_png_of_the_width_asked_for() -> None:
    image = drawn(files.sample("emily.pdf"), 2, 500)
    assert (image.format, image.width) == ("PNG", 500)
    assert image.height == pytest.approx(500 * 842 / 595, abs=2)


def test_the_words_are_on_it() -> None:
    dark, _ = drawn(files.sample("emily.pdf")).convert("L").getextrema()
    assert isinstance(dark, int)
    assert dark < 60


def test_what_was_typed_into_form_fields_is_drawn_too() -> None:
    blank, filled = (drawn(files.fillable({"Name": value})) for value in ("", "Sample"))
    assert blank.tobytes() != filled.tobytes()


def test_a_photograph_is_shown_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("L", (400, 200), 255)
    shown = drawn(files.picture(image, "JPEG", exif=exif), width=100)
    assert shown.size == (100, 200)


def test_nothing_but_the_picture_is_passed_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = "where it was taken"
    data = files.picture(Image.new("RGB", (50, 50)), "JPEG", exif=exif)
    assert b"where it was taken" in data
    assert b"where it was taken" not in render(data, 1, 50)


def test_each_page_of_a_tiff_can_be_shown() -> None:
    data = files.tiff([Image.new("L", (60, 60), 0), Image.new("L", (60, 60), 255)])
    assert [drawn(data, n, 60).convert("L").getpixel((5, 5)) for n in (1, 2)] == [0, 255]


def test_a_width_out_of_reason_is_brought_within() -> None:
    card = files.picture(Image.new("L", (400, 100)))
    assert [drawn(card, width=width).width for width in (1, 100_000)] == [50, 3000]


@pytest.mark.parametrize("page", [0, 4, -1])
@pytest.mark.parametrize("name", ["emily.pdf", "card.jpg"])
def test_a_page_that_is_not_there_is_said(name: str, page: int) -> None:
    with pytest.raises(Invalid) as refused:
        render(files.sample(name), page)
    assert str(refused.value) == Refusal.NO_SUCH_PAGE.value


@pytest.mark.parametrize("name", ["jane.docx", "ccd.xml"])
def test_a_file_without_pages_has_no_picture(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        render(files.sample(name), 1)
    assert str(refused.value) == Refusal.NO_PICTURE.value


def test_a_bad_file_is_refused_here_as_well() -> None:
    with pytest.raises(Invalid) as refused:
        render(files.typed(["a"], password="p"), 1)
    assert str(refused.value) == Refusal.ENCRYPTED.value
