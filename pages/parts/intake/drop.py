"""The drop zone: a document becomes a form to check; what cannot be taken is said in a sentence."""

import streamlit as st

from pages.parts.intake.sitting import Deed, Sitting
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.policy import may
from services.workflows.intake import dropping

KINDS = ["pdf", "png", "jpg", "jpeg", "tif", "tiff", "docx", "xml"]
HELP = "PDF, scan, photo, Word (DOCX) or C-CDA record. It is read in the background."


def drop_zone(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Draw the zone for roles that may add documents. Returns whether files were dropped."""
    if actor.role is None or not may(actor.role, "intake.drop"):
        return False
    with st.popover("Add documents", key=f"intake_add/{sitting.uploads}", help=HELP):
        files = st.file_uploader(
            "Documents of patients", type=KINDS, accept_multiple_files=True,
            key=f"intake_drop/{sitting.uploads}", help=HELP,
        )  # fmt: skip
    for file in files:
        _take(container, actor, sitting, file.getvalue(), file.name)
    if files:
        sitting.uploads += 1
    return bool(files)


def _take(container: Container, actor: Actor, sitting: Sitting, data: bytes, name: str) -> None:
    number = len(sitting.deeds)
    try:
        dropped = dropping.drop(container, actor, data, name)
        sitting.say(Deed(f"drop/{dropped.form_id}", "good", f"{name}: {dropped.sentence}"))
    except FoyerError as error:
        sitting.say(Deed(f"drop/{sitting.uploads}/{number}", "bad", f"{name}: {error}"))
