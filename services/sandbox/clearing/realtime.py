"""Questions that are answered while the caller waits: is the patient insured, where does the claim stand."""

from datetime import datetime

from services.sandbox.charts import Chart
from services.sandbox.clearing.chronicle import OUT
from services.sandbox.clearing.eligibility import benefits_271
from services.sandbox.clearing.enquiring import standing_on
from services.sandbox.clearing.house import House
from services.sandbox.clearing.reading import enquiries_in
from services.sandbox.clearing.statuses import standings_277
from services.sandbox.clearing.x12 import interchange, read


def answered(house: House, chart: Chart, raw: bytes, now: datetime) -> bytes | None:
    """The 271 or 277 to a 270 or 276; ``None`` if the body is neither, or its envelope is broken."""
    envelope = read(raw)
    sound = envelope.fault == "000" and not envelope.group_fault
    good = [t for t in envelope.transactions if sound and not t.fault]
    if not good or good[0].kind not in ("270", "276"):
        return None
    asked = [enquiry for t in good for enquiry in enquiries_in(t)]
    reference = (good[0].segments[1] + [""] * 4)[3]
    control = int(envelope.control) if envelope.control.isdecimal() else 1
    if good[0].kind == "270":
        body = benefits_271(asked, chart, house.book, reference, now)
        return interchange("271", [body], OUT.turned(), now, control)
    body = standings_277([standing_on(house, one) for one in asked], reference, now)
    return interchange("277", [body], OUT.turned(), now, control)
