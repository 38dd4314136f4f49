"""No question, however it is asked, returns a row of another practice."""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, Uuid
from sqlmodel import select

from db import Session, reading, writing
from db.base import NotFound, Repository, Row, Word
from db.claims import ClaimFilter
from db.denials import DenialFilter
from db.intake import FormFilter
from db.queue import QueueFilter
from db.schema import metadata
from tests.db import rows

metadata()
HERE, THERE = UUID(int=1), UUID(int=2)
SHARED = UUID(int=7)  # every id that points elsewhere is the same in both practices


def repositories() -> list[type[Repository[Any]]]:
    """Every plural class of every noun."""
    return sorted(Repository.__subclasses__(), key=lambda kind: kind.__name__)


def questions(kind: type[Repository[Any]]) -> list[str]:
    """The names of the public methods that *kind* adds."""
    own = [name for name, _ in inspect.getmembers(kind, inspect.isfunction)]
    return [name for name in own if not name.startswith("_") and not hasattr(Repository, name)]


def test_there_are_repositories_to_test() -> None:
    assert len(repositories()) > 20


@pytest.mark.parametrize("kind", repositories(), ids=lambda kind: kind.__name__)
def test_another_practice_finds_and_changes_nothing(
    engine: Engine, kind: type[Repository[Any]]
) -> None:
    theirs = _one_row_each(engine, [THERE])[kind.model]
    with writing(engine) as session:
        ours = kind(session, HERE)
        assert ours.find(theirs.id) is None
        assert ours.first(ours.rows()) is None
        assert ours.changed(ours.change().values(created_at=rows.MONDAY)) == 0
        with pytest.raises(NotFound, match="is not here") as refusal:
            ours.get(theirs.id)
        assert str(theirs.id) not in str(refusal.value)
        with pytest.raises(ValueError, match="another practice"):
            ours.add(kind.model(**_fields(theirs)))


@pytest.mark.parametrize("kind", repositories(), ids=lambda kind: kind.__name__)
def test_every_question_answers_for_its_own_practice_only(
    engine: Engine, kind: type[Repository[Any]]
) -> None:
    """Asked here with every value that would find the rows there."""
    _one_row_each(engine, [THERE])
    before = _everything(engine)
    for name in questions(kind):
        with Session(engine.execution_options(writing=True)) as session:
            answer = _ask(kind(session, HERE), name, THERE)
            assert [row for row in _rows_in(answer) if row.practice_id != HERE] == [], name
            session.commit()
        after = {ref: row for ref, row in _everything(engine).items() if ref in before}
        assert after == before, f"{name}, asked here, changed a row there"


def test_most_questions_do_find_what_is_there(engine: Engine) -> None:
    """Otherwise finding nothing from here would mean little."""
    asked = [(kind, name) for kind in repositories() for name in questions(kind)]
    found = 0
    _one_row_each(engine, [THERE])
    for kind, name in asked:
        with Session(engine.execution_options(writing=True)) as session:
            found += bool(_ask(kind(session, THERE), name, THERE))
            session.rollback()  # each finds what was there before the others
    assert found > len(asked) * 0.5, f"{found} of {len(asked)}"


def test_a_question_that_forgets_the_practice_is_noticed(engine: Engine) -> None:
    """The control: such a class does return what the test above looks for."""

    class Forgetful(Repository[rows.Conversation]):
        model = rows.Conversation

        def every(self) -> Sequence[rows.Conversation]:
            return self.all(select(rows.Conversation))

    _one_row_each(engine, [THERE])
    with reading(engine) as session:
        found = list(_rows_in(_ask(Forgetful(session, HERE), "every", THERE)))
    assert {row.practice_id for row in found} == {THERE}


def _one_row_each(engine: Engine, practices: list[UUID]) -> dict[type[Row], Row]:
    made = {}
    with writing(engine) as session:
        for practice_id in practices:
            for kind in Row.__subclasses__():
                made[kind] = kind(**_filled(kind, practice_id))
                session.add(made[kind])
    return made


def _filled(kind: type[Row], practice_id: UUID) -> dict[str, Any]:
    columns = metadata().tables[str(kind.__tablename__)].columns
    own = {column.name: _value(column.type, column.name) for column in columns}
    maps = {n: {} for n, f in kind.model_fields.items() if typing.get_origin(f.annotation) is dict}
    return own | maps | {"id": uuid4(), "practice_id": practice_id}


def _value(kind: Any, name: str) -> Any:
    if isinstance(kind, Word):
        return next(iter(kind.vocabulary))
    samples: dict[type, Any] = {
        Uuid: SHARED, LargeBinary: b"shared", Boolean: False, Integer: 1, Float: 0.5,
        Date: rows.MONDAY.date(), JSON: [], DateTime: rows.MONDAY,
    }  # fmt: skip
    plain = getattr(kind, "impl_instance", kind)
    return next((value for type_, value in samples.items() if isinstance(plain, type_)), name)


def _everything(engine: Engine) -> dict[str, dict[str, Any]]:
    with reading(engine) as session:
        found = [row for kind in Row.__subclasses__() for row in session.exec(select(kind))]
        return {row.ref: _fields(row) for row in found if row.practice_id == THERE}


def _fields(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields}


def _ask(repository: Repository[Any], name: str, practice_id: UUID) -> Any:
    method = getattr(repository, name)
    answer = method(**_arguments(method, repository, practice_id))
    return list(answer) if isinstance(answer, Iterator) else answer


def _arguments(
    method: Callable[..., Any], repository: Repository[Any], practice_id: UUID
) -> dict[str, Any]:
    hints = typing.get_type_hints(method)
    asked = inspect.signature(method).parameters
    return {
        name: _argument(hints.get(name, Any), name, repository)
        for name, parameter in asked.items()
        if parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD
    } | ({"calls": 1} if method.__name__ == "add_use" else {})


def _argument(hint: Any, name: str, repository: Repository[Any]) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Sequence, Iterable, list, tuple) and typing.get_origin(inner[0]) is dict:
        return []
    if origin in (Sequence, Iterable, list, tuple):
        return [_argument(inner[0], name.rstrip("s"), repository)]
    if origin in (dict, Mapping):
        return {}
    if inspect.isclass(hint) and issubclass(hint, StrEnum):
        return next(iter(hint))
    if inspect.isclass(hint) and issubclass(hint, Row):
        return hint(**_filled(hint, repository.practice_id))
    if hint is datetime and name == "first":  # where a span of time begins
        return rows.MONDAY - timedelta(days=1)
    samples: dict[Any, Any] = {
        UUID: SHARED, str: name, int: 1, float: 1.0, bool: True, bytes: b"shared",
        datetime: rows.MONDAY + timedelta(days=1), date: rows.MONDAY.date(),
        timedelta: timedelta(hours=1), QueueFilter: QueueFilter(), FormFilter: FormFilter(),
        ClaimFilter: ClaimFilter(), DenialFilter: DenialFilter(),
        dict[str, Any]: {},
    }  # fmt: skip
    return samples.get(hint)


def _rows_in(answer: Any) -> Iterator[Row]:
    if isinstance(answer, Row):
        yield answer
    elif isinstance(answer, Mapping):
        yield from _rows_in([*answer.keys(), *answer.values()])
    elif isinstance(answer, list | tuple | set | frozenset | Sequence) and not isinstance(
        answer, str | bytes
    ):
        for part in answer:
            yield from _rows_in(part)
