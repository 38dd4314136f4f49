"""What we remember, and every question we ask of it.

One module per noun. Each holds the tables for that noun and a plural class with the
questions asked about them: ``Message`` is a row, ``Messages`` is how to find one.
SQL lives here and nowhere else; nothing here knows about Streamlit, eCW or AI.
"""

from sqlalchemy import Engine
from sqlmodel import Session

from db.engine import open_database, reading, writing

__all__ = ["Engine", "Session", "open_database", "reading", "writing"]
