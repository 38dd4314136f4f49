"""Cards of made-up people, drawn as pictures, and what a bad camera does to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (1012, 638)  # a card of ISO/IEC 7810 ID-1 at 300 dots an inch
TABLE = 90  # pixels of the table around it
INK, PALE, BLUE = "#16181d", "#fbfbf8", "#1f4f96"


@dataclass(frozen=True)
class Card:
    """One card: texts as (x, y, size, words, bold), and what a careful reader finds on it.

    A value of ``None`` may not be read as certain: the card does not say it plainly.
    """

    name: str
    texts: tuple[tuple[int, int, int, str, bool], ...]
    truth: Mapping[str, str | None] = field(default_factory=dict)
    band: str = ""


def _t(
    x: int, y: int, size: int, words: str, bold: bool = False
) -> tuple[int, int, int, str, bool]:
    return (x, y, size, words, bold)


LABELLED = Card("labelled", (
    _t(50, 40, 54, "Aetna", True), _t(640, 55, 30, "Choice POS II"),
    _t(50, 150, 30, "Member Name: ROSA SYNTHETIC"), _t(50, 205, 30, "Member ID: W234 567 891"),
    _t(50, 260, 30, "Group: 0845127"), _t(50, 315, 30, "Effective Date: 01/01/2026"),
    _t(50, 400, 26, "RxBIN: 610502"), _t(50, 440, 26, "RxPCN: ADV"), _t(50, 480, 26, "RxGrp: RX7741"),
    _t(640, 400, 26, "PCP Copay: $25"), _t(640, 440, 26, "Specialist: $50"),
    _t(640, 480, 26, "ER: $250"),
), {
    "coverage[0].payer": "Aetna", "coverage[0].member_id": "W234 567 891",
    "coverage[0].group": "0845127", "coverage[0].start": "2026-01-01",
    "coverage[0].subscriber": None, "coverage[0].plan": None,
})  # fmt: skip

CAPTIONED = Card("captioned", (
    _t(50, 36, 50, "Cigna", True), _t(560, 46, 28, "Open Access Plus", True),
    _t(50, 150, 22, "Subscriber"), _t(560, 150, 22, "Plan Name"),
    _t(50, 182, 32, "LIONEL SAMPLE"), _t(560, 182, 32, "OAP Basic"),
    _t(50, 270, 22, "ID Number"), _t(560, 270, 22, "Group Number"),
    _t(50, 302, 32, "U71938264 01"), _t(560, 302, 32, "3341907"),
    _t(50, 420, 24, "Rx BIN 017010"), _t(300, 420, 24, "Rx PCN 0518GWH"),
    _t(560, 420, 24, "Office Visit $30"), _t(560, 460, 24, "Deductible $1,500"),
), {
    "coverage[0].payer": "Cigna", "coverage[0].member_id": "U71938264 01",
    "coverage[0].group": "3341907", "coverage[0].subscriber": "Lionel Sample",
    "coverage[0].plan": "OAP Basic",
})  # fmt: skip

BANDED = Card("banded", (
    _t(50, 38, 44, "UnitedHealthcare", True),
    _t(50, 150, 28, "Health Plan (80840) 911-87726-04"), _t(50, 205, 30, "Member ID: 924681357"),
    _t(560, 205, 30, "Group Number: 745120"), _t(50, 270, 26, "Member:"),
    _t(50, 305, 30, "DANA EXAMPLE"), _t(560, 270, 26, "Payer ID 87726"),
    _t(50, 400, 24, "Rx Bin: 610279"), _t(50, 435, 24, "Rx Grp: UHEALTH"),
    _t(560, 400, 24, "Copay: Office $20"), _t(560, 435, 24, "UrgCare $75"),
), {
    "coverage[0].payer": "UnitedHealthcare", "coverage[0].member_id": "924681357",
    "coverage[0].group": "745120", "coverage[0].subscriber": None, "coverage[0].plan": None,
}, band=BLUE)  # fmt: skip

MEDICARE = Card("medicare", (
    _t(50, 30, 52, "MEDICARE HEALTH INSURANCE", True),
    _t(50, 150, 24, "Name/Nombre"), _t(50, 185, 34, "JOHN L SMITH"),
    _t(50, 265, 24, "Medicare Number/Número de Medicare"), _t(50, 300, 38, "1EG4-TE5-MK72"),
    _t(50, 390, 24, "Entitled to/Con derecho a"), _t(560, 390, 24, "Coverage starts/Cobertura empieza"),
    _t(50, 425, 30, "HOSPITAL (PART A)"), _t(560, 425, 30, "03-01-2016"),
), {
    "coverage[0].payer": "Medicare", "coverage[0].member_id": "1EG4-TE5-MK72",
    "coverage[0].subscriber": "John L Smith", "coverage[0].start": "2016-03-01",
}, band="#1c3f7c")  # fmt: skip

UNKNOWN = Card("unknown insurer", (
    _t(50, 40, 50, "Larkspur Mutual", True),
    _t(50, 150, 30, "Name: ADA TESTER"), _t(50, 205, 30, "Policy Number: LM-4471-0092"),
    _t(50, 260, 30, "Group No. 55120"), _t(50, 315, 30, "Plan: Bronze HMO"),
    _t(50, 420, 26, "Customer Service 800-555-0142"), _t(640, 315, 26, "Deductible $4,000"),
), {
    "coverage[0].payer": None, "coverage[0].member_id": "LM-4471-0092",
    "coverage[0].group": "55120", "coverage[0].plan": "Bronze HMO", "coverage[0].subscriber": None,
})  # fmt: skip

BACK = Card("back", (
    _t(50, 40, 28, "Customer Service: 800-555-0101"), _t(50, 85, 28, "Provider Services: 800-555-0102"),
    _t(50, 160, 24, "Submit claims to: PO Box 981106, El Paso TX 79998"),
    _t(50, 205, 24, "Payer ID 60054"), _t(50, 280, 22, "Pharmacists: call 800-555-0103"),
    _t(50, 340, 22, "This card does not guarantee coverage. Precertification is required for"),
    _t(50, 370, 22, "some services. In an emergency call 911 or go to the nearest hospital."),
), {"coverage[0].payer": None, "coverage[0].member_id": None})  # fmt: skip

LICENCE = Card("licence", (
    _t(50, 30, 40, "MASSACHUSETTS", True), _t(560, 30, 36, "DRIVER'S LICENSE", True),
    _t(360, 120, 24, "4d LIC NO S12345678"), _t(720, 120, 24, "9 CLASS D"),
    _t(360, 170, 24, "4b EXP 05/14/2029"), _t(720, 170, 24, "4a ISS 05/01/2024"),
    _t(360, 220, 28, "3 DOB 05/14/1986"),
    _t(360, 275, 30, "1 SYNTHETIC"), _t(360, 320, 30, "2 ROSA MARIA"),
    _t(360, 370, 28, "8 12 ELM STREET APT 4"), _t(360, 410, 28, "SALEM, MA 01970"),
    _t(360, 470, 24, "15 SEX F"), _t(520, 470, 24, "16 HGT 5'-06\""), _t(720, 470, 24, "18 EYES BRO"),
), {
    "demographics.last_name": "Synthetic", "demographics.first_name": "Rosa",
    "demographics.middle": "Maria", "demographics.dob": "1986-05-14", "demographics.sex": "female",
    "demographics.address": "12 Elm Street Apt 4", "demographics.city": "Salem",
    "demographics.state": "MA", "demographics.zip": "01970",
})  # fmt: skip

LETTERED = Card("lettered licence", (
    _t(50, 30, 40, "California", True), _t(520, 34, 34, "DRIVER LICENSE", True),
    _t(360, 110, 28, "DL Y8342195"), _t(720, 110, 28, "CLASS C"),
    _t(360, 160, 28, "EXP 08/31/2028"), _t(360, 215, 30, "LN SAMPLE"), _t(360, 260, 30, "FN IMA"),
    _t(360, 310, 26, "2570 24TH STREET"), _t(360, 345, 26, "ANYTOWN, CA 95818"),
    _t(360, 400, 28, "DOB 08/31/1977"), _t(360, 460, 26, "SEX F"), _t(500, 460, 26, "HAIR BRN"),
    _t(680, 460, 26, "EYES BRN"), _t(360, 520, 24, "ISS 08/31/2023"),
), {
    "demographics.last_name": "Sample", "demographics.first_name": "Ima",
    "demographics.dob": "1977-08-31", "demographics.sex": "female",
    "demographics.address": "2570 24th Street", "demographics.city": "Anytown",
    "demographics.state": "CA", "demographics.zip": "95818",
})  # fmt: skip

INSURANCE = (LABELLED, CAPTIONED, BANDED, MEDICARE, UNKNOWN, BACK)
IDENTITY = (LICENCE, LETTERED)
ALL = (*INSURANCE, *IDENTITY)


def drawn(card: Card) -> Image.Image:
    """*card* lying on a table, as a good camera sees it."""
    image = Image.new("RGB", (SIZE[0] + 2 * TABLE, SIZE[1] + 2 * TABLE), "#b98f63")
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((TABLE, TABLE, TABLE + SIZE[0], TABLE + SIZE[1]), 36, fill=PALE)
    if card.band:
        pen.rectangle((TABLE, TABLE + 18, TABLE + SIZE[0], TABLE + 110), fill=card.band)
    for x, y, size, words, bold in card.texts:
        ink = "white" if card.band and y < 100 else INK
        font = ImageFont.truetype(f"DejaVuSans{'-Bold' if bold else ''}.ttf", size)
        pen.text((TABLE + x, TABLE + y), words, fill=ink, font=font)
    return image


def sent(image: Image.Image, quality: int = 88) -> bytes:
    """*image* as a phone sends it."""
    out = BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def blurred(image: Image.Image) -> Image.Image:
    """Out of focus."""
    return image.filter(ImageFilter.GaussianBlur(2.2))


def askew(image: Image.Image) -> Image.Image:
    """Held by an unsteady hand."""
    return image.rotate(2.5, Image.Resampling.BICUBIC, expand=True, fillcolor="#b98f63")


def small(image: Image.Image) -> Image.Image:
    """From far away."""
    return image.resize((image.width * 2 // 5, image.height * 2 // 5), Image.Resampling.LANCZOS)


def noisy(image: Image.Image) -> Image.Image:
    """In bad light."""
    draws = Random(3)
    grain = Image.frombytes("L", image.size, draws.randbytes(image.width * image.height))
    return Image.blend(image, grain.convert("RGB"), 0.35)


def glaring(image: Image.Image) -> Image.Image:
    """With a lamp's reflection across it."""
    glare = Image.new("L", image.size, 0)
    ImageDraw.Draw(glare).ellipse((250, 200, 700, 420), fill=225)
    soft = glare.filter(ImageFilter.GaussianBlur(50))
    return Image.composite(Image.new("RGB", image.size, "white"), image, soft)


def far_and_soft(image: Image.Image) -> Image.Image:
    """From far away and out of focus: some letters can no longer be told apart."""
    return small(image.filter(ImageFilter.GaussianBlur(1.6)))


HARMS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "good": lambda image: image, "blurred": blurred, "askew": askew, "small": small,
    "noisy": noisy, "glaring": glaring, "far and soft": far_and_soft,
}  # fmt: skip
