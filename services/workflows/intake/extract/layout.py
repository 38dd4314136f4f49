"""Fields from a typed or scanned form: headings, questions with answers beside or below, tables, boxes."""

from collections.abc import Sequence
from datetime import date

from services.documents.pages import Document
from services.workflows.intake.extract.assembling import assembled
from services.workflows.intake.extract.captions import captions_at
from services.workflows.intake.extract.cards import from_card
from services.workflows.intake.extract.cells import Cell, cells_of
from services.workflows.intake.extract.finding import Finding
from services.workflows.intake.extract.sheet import Sheet
from services.workflows.intake.extract.tables import Table, table_at
from services.workflows.intake.fields import Field


def from_document(document: Document, today: date) -> tuple[Field, ...]:
    """The fields of a form with pages (PDF, image, DOCX) or of a photographed card.

    Each names page and box of its value.
    """
    card = from_card(document, today)
    return card if card is not None else assembled(findings_in(cells_of(document)), today)


def findings_in(cells: Sequence[Cell]) -> list[Finding]:
    """What the form says, in reading order."""
    sheet = Sheet(cells)
    place, answered = 0, set[int]()
    while place < len(cells):
        context = sheet.context_at(cells[place])
        if table := table_at(cells, place, context):
            sheet.close()
            sheet.found += _rows(table, sheet)
            place = table.end
        elif captions := captions_at(cells, place, context, answered):
            sheet.close()
            sheet.found += captions.findings()
            answered |= {cell.row for cell in captions.answers}
            place = captions.end
        else:
            sheet.read(cells[place])
            place += 1
    sheet.close()
    return sheet.found


def _rows(table: Table, sheet: Sheet) -> list[Finding]:
    sheet.under_heading(table.context, table.head)
    return list(table.findings(len(sheet.found)))
