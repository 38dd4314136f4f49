"""What commands have in common: faults said in sentences, and the installation they act on."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from services.errors import FoyerError, Misconfigured

F = TypeVar("F", bound=Callable[..., Any])


def plainly(command: F) -> F:
    """Say what went wrong in sentences, one per fault, and exit 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Misconfigured as error:
            _say_and_stop(error.faults)
        except _faults_in_words() as error:
            _say_and_stop([str(error)])

    return run  # type: ignore[return-value]


def _faults_in_words() -> tuple[type[Exception], ...]:
    from db.backup import BackupFault  # asked only when something failed: they load slowly
    from db.keyring import KeyringFault

    return FoyerError, LookupError, BackupFault, KeyringFault


def _say_and_stop(faults: Any) -> None:
    for fault in faults:
        click.echo(f"foyer: {fault}", err=True)
    sys.exit(1)


def container() -> Any:
    """The installation, opened. Raises ``Misconfigured`` with every fault at once."""
    from services.container import missing, open_container
    from services.settings import read

    settings, faults = read()
    if faults:  # all at once: nobody wants to mend one, start again and meet the next
        raise Misconfigured([*faults, *missing(settings)])
    return open_container(settings)


def practices(building: Any) -> Any:
    """Every practice of the installation *building*."""
    from db import reading
    from db.practices import Practices

    with reading(building.engine) as session:
        return Practices(session).all()
