"""The lines out of the building: how each is doing, and a test of it when somebody asks.

A page has no line to eCW, so a test is a row that a worker sees within seconds: ``asking.py``
writes it, ``checking.py`` is the job, ``board.py`` says how everything stands.
"""

from services.connections.asking import READ, ask, sign_in_again
from services.connections.board import Board, LineCard, board
from services.connections.systems import SYSTEMS, System

__all__ = ["READ", "SYSTEMS", "Board", "LineCard", "System", "ask", "board", "sign_in_again"]
