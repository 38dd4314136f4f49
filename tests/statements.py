"""SQL that is compiled once for every database of a kind, not anew for the engine of each test."""

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Mapper
from sqlalchemy.util import LRUCache

MOST = 5_000  # statements; more than the house has


class Compiled(MutableMapping[Any, Any]):
    """SQLAlchemy's cache of statements for engines of the same kind.

    Its keys begin with the dialect, which each engine has a copy of; here its name stands instead.
    """

    def __init__(self) -> None:
        self._kept: LRUCache[Any, Any] = LRUCache(MOST)

    def __getitem__(self, key: Any) -> Any:
        return self._kept[key[0].name, *key[1:]]

    def __setitem__(self, key: Any, compiled: Any) -> None:
        self._kept[key[0].name, *key[1:]] = compiled

    def __delitem__(self, key: Any) -> None:
        del self._kept[key[0].name, *key[1:]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


COMPILED = Compiled()


def compile_once() -> None:
    """Let every engine share what is compiled, and every mapper for its inserts and updates."""
    shared = property(lambda self: COMPILED, lambda self, own: None)
    Engine._compiled_cache = Mapper._compiled_cache = shared  # type: ignore
