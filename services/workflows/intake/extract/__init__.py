"""Fields from whatever a patient filled in: check-in answers, a typed or scanned form, a C-CDA."""

from datetime import date

from services.documents.pages import Document, Kind
from services.ehr.registration import IncomingForm
from services.workflows.intake.extract.answers import from_answers
from services.workflows.intake.extract.ccda import from_ccda
from services.workflows.intake.extract.layout import from_document
from services.workflows.intake.fields import Field


def extract(source: IncomingForm | Document, today: date) -> tuple[Field, ...]:
    """Every field that *source* speaks of. Raises ``Invalid`` for a damaged C-CDA."""
    if isinstance(source, IncomingForm):
        return from_answers(source, today)
    return (
        from_ccda(source.xml, today) if source.kind is Kind.CCDA else from_document(source, today)
    )
