"""The practice's shelf of replies and macros: written, approved by somebody else, kept as versions.

``wordings.py`` holds the actions on replies, ``macros.py`` those on macros, ``showing.py`` what
the page sees. What stands here is offered in the inbox and in bulk; the local engine drafts from
the replies that ship.
"""

from services.reply_shelf.macros import MacroBody, remove_macro, save_macro
from services.reply_shelf.showing import Shelf, shelf
from services.reply_shelf.wordings import Wording, approve, preview, retire, write

__all__ = [
    "MacroBody",
    "Shelf",
    "Wording",
    "approve",
    "preview",
    "remove_macro",
    "retire",
    "save_macro",
    "shelf",
    "write",
]
