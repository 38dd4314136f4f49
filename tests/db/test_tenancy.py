"""No question, however it is asked, returns a row of another practice."""

import inspect
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Float, Integer, LargeBinary, Uuid
from sqlmodel import select

from db import Session, open_database, writing
from db.base import NotFound, Repository, Row, Word
from db.claims import ClaimFilter
from db.denials import DenialFilter
from db.intake import FormFilter
from db.queue import QueueFilter
from db.schema import metadata
from tests import databases
from tests.databases import BOTH
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


@pytest.fixture(scope="module", params=BOTH)
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database of each kind with a row of each kind in the other practice. Nobody commits to it."""
    if request.param == "sqlite":
        template = request.getfixturevalue("sqlite_template")
        url = databases.sqlite_copy(template, tmp_path_factory.mktemp("filled"))
    else:
        url = request.getfixturevalue("postgres_schema")
    engine = open_database(url)
    _one_row_each(engine, [THERE])
    yield engine
    if request.param == "postgres":
        databases.empty(engine)
    engine.dispose()


@pytest.fixture
def session(filled: Engine) -> Iterator[Session]:
    """A transaction that is taken back, so that the next test finds what this one found."""
    with Session(filled.execution_options(writing=True)) as session:
        yield session
        session.rollback()


@pytest.mark.parametrize("kind", repositories(), ids=lambda kind: kind.__name__)
def test_another_practice_finds_and_changes_nothing(
    session: Session, kind: type[Repository[Any]]
) -> None:
    theirs = session.exec(select(kind.model)).one()
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
    session: Session, kind: type[Repository[Any]]
) -> None:
    """Asked here with every value that would find the rows there."""
    before = _everything(session)
    for name in questions(kind):
        answer = _ask(kind(session, HERE), name, THERE)
        assert [row for row in _rows_in(answer) if row.practice_id != HERE] == [], name
    session.flush()
    after = {ref: row for ref, row in _everything(session).items() if ref in before}
    assert after == before, f"one of {questions(kind)}, asked here, changed a row there"


def test_most_questions_do_find_what_is_there(session: Session) -> None:
    """Otherwise finding nothing from here would mean little."""
    asked = [(kind, name) for kind in repositories() for name in questions(kind)]
    found = 0
    for kind, name in asked:
        found += bool(_ask(kind(session, THERE), name, THERE))
        session.rollback()  # each finds what was there before the others
    assert found > len(asked) * 0.5, f"{found} of {len(asked)}"


def test_a_question_that_forgets_the_practice_is_noticed(session: Session) -> None:
    """The control: such a class does return what the test above looks for."""

    class Forgetful(Repository[rows.Conversation]):
        model = rows.Conversation

        def every(self) -> Sequence[rows.Conversation]:
            return self.all(select(rows.Conversation))

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


def test_a_change_that_forgets_the_practice_is_noticed(session: Session) -> None:
    """The other control: what such a class changes there is seen."""
    before = _everything(session)
    session.connection().execute(update(rows.Conversation).values(version=99))
    assert _everything(session) != before


def _everything(session: Session) -> dict[tuple[str, UUID], Any]:
    """Every row there as the database has it, past what the session remembers."""
    tables = [metadata().tables[str(kind.__tablename__)] for kind in Row.__subclasses__()]
    asked = ((t.name, t.select().where(t.c.practice_id == THERE)) for t in tables)
    found = ((name, session.connection().execute(rows)) for name, rows in asked)
    return {(name, row.id): tuple(row) for name, rows in found for row in rows}


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
