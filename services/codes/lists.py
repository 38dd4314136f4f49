"""The lists in ``data``, read when first asked for; ``data/NOTICE.md`` says whose they are."""

import gzip
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("data")


def folded(text: str) -> str:
    """*text* for look-up: lower case, no accents, words apart by one space."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", re.sub(r"['\u2019`]", "", letters)).strip()


def rows(name: str) -> Iterator[list[str]]:
    """The rows of a packed list, each a list of its columns."""
    with gzip.open(_DATA / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def pairs(name: str) -> dict[str, str]:
    """A packed list of two columns: the second by the first."""
    return {first: second for first, second, *_ in rows(name)}


def packed(name: str) -> str:
    """A packed list whole, beginning and ending with a line break."""
    with gzip.open(_DATA / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        return "\n" + lines.read()


def table(name: str) -> dict[str, Any]:
    """One of our own tables."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))
