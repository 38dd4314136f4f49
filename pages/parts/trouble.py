"""What a person sees when a page breaks: a sentence and a number to quote, never the exception."""

import logging
import secrets

import streamlit as st

from pages.parts.plain import harmless
from services.errors import FoyerError
from services.logs import described

LOG = logging.getLogger(__name__)


def say_sorry(error: Exception) -> bool:
    """Show *error* as staff should see it, and log where it came from. True: it has been shown."""
    if isinstance(error, FoyerError):
        st.error(harmless(str(error)), icon=":material/error:")
        return True
    number = secrets.token_hex(4)
    LOG.error("Trouble %s: %s", number, described(error))
    st.error(
        f"Something went wrong here, and nothing was sent. Quote number {number} to your "
        "administrator, and reload the page to go on.",
        icon=":material/error:",
    )
    return True
