"""The practice's shelf of replies, macros and phrases: written, approved by somebody else, kept as versions.

``wordings.py`` holds the actions on replies, ``macros.py`` those on macros, ``phrases.py`` those on
phrases, ``showing.py`` what the page sees. What stands here is offered in the inbox and in bulk; the local engine drafts from
the replies that ship.
"""

from services.reply_shelf.macros import MacroBody, remove_macro, save_macro
from services.reply_shelf.phrases import remove_phrase, save_phrase
from services.reply_shelf.showing import Shelf, shelf
from services.reply_shelf.wordings import Wording, approve, preview, retire, write

__all__ = [
    "MacroBody",
    "Shelf",
    "Wording",
    "approve",
    "preview",
    "remove_macro",
    "remove_phrase",
    "retire",
    "save_macro",
    "save_phrase",
    "shelf",
    "write",
]
