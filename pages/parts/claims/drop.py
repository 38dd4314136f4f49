"""The drop zone: a file of the clearinghouse or a payer, kept at once and posted in a moment."""

import streamlit as st

from pages.parts.claims.sitting import Deed, Sitting
from pages.parts.manage import may_do
from services.container import Container
from services.desk import Actor
from services.errors import FoyerError
from services.workflows.claims import dropping

HELP = "Remittances (835), acknowledgments (277CA, 999), statuses (277) and claims (837)."
DRAFTS = "Claims in an 837 have not left yet: check them and let us release them"


def drop_zone(container: Container, actor: Actor, sitting: Sitting) -> bool:
    """Draw the zone for roles that may add files. Returns whether files were dropped."""
    if not may_do(actor, "claims.drop"):
        return False
    with st.popover("Add files", key=f"claims_add/{sitting.uploads}", help=HELP):
        drafts = st.checkbox(DRAFTS, key=f"claims_drafts/{sitting.uploads}")
        files = st.file_uploader(
            "Files in X12", accept_multiple_files=True, key=f"claims_drop/{sitting.uploads}",
            help=HELP,
        )  # fmt: skip
    for file in files:
        take(container, actor, sitting, file.getvalue(), file.name, drafts=drafts)
    if files:
        sitting.uploads += 1
    return bool(files)


def take(
    container: Container, actor: Actor, sitting: Sitting, data: bytes, name: str, *, drafts: bool
) -> None:
    """Keep one dropped file, and say what became of it."""
    key = f"drop/{sitting.uploads}/{len(sitting.deeds)}"
    try:
        dropped = dropping.drop(container, actor, data, name, drafts=drafts)
        kind = "good" if dropped.file_id else "plain"
        sitting.say(Deed(key, kind, f"{name}: {dropped.sentence}"))
    except FoyerError as error:
        sitting.say(Deed(key, "bad", f"{name}: {error}"))
