"""Every table there is, found by importing every noun, for whoever must not miss one."""

import importlib
import pkgutil

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import db


def metadata() -> MetaData:
    """The tables of all nouns. A new ``db`` module is found by itself."""
    for module in pkgutil.iter_modules(db.__path__):
        if not module.ispkg:
            importlib.import_module(f"db.{module.name}")
    return SQLModel.metadata
