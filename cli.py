"""The console command ``foyer``: everything an operator does outside the browser."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from services.errors import FoyerError, Misconfigured
from services.settings import Settings

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


@click.group()
@click.version_option(package_name="foyer")
def main() -> None:
    """Foyer: a practice's inbox beside eClinicalWorks."""


@main.command()
@click.option("--port", default=8501, show_default=True)
@click.option("--folder", default="var/demo", type=click.Path(path_type=Path), show_default=True)
@plainly
def demo(port: int, folder: Path) -> None:
    """The whole product on this machine, with synthetic patients."""
    from services.demo import Demo, run

    sys.exit(run(Demo(folder.resolve(), port)))


@main.command()
@click.option("--port", default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True)
@plainly
def web(port: int, address: str) -> None:
    """Serve the pages."""
    settings = _container().settings  # every fault is said here, before a server starts
    if settings.base_url == Settings.model_fields["base_url"].default:
        # The gate compares every request's host and origin with this address.
        os.environ["FOYER_BASE_URL"] = f"http://127.0.0.1:{port}"
    page = Path(__file__).with_name("app.py")
    server = ["--server.port", str(port), "--server.address", address]
    arguments = [sys.executable, "-m", "streamlit", "run", str(page), *server]
    os.execv(sys.executable, arguments)  # noqa: S606  (this process becomes the server)


@main.command()
@plainly
def worker() -> None:
    """Run the jobs until told to stop."""
    from jobs.worker import run_forever

    run_forever(_container())


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """A small eClinicalWorks and healow on loopback, with synthetic patients."""
    from services.sandbox.__main__ import main as serve

    sys.exit(serve(arguments))


@main.group()
def db() -> None:
    """The database."""


@db.command()
@plainly
def migrate() -> None:
    """Bring the database to the present schema and keep the practices in step with the settings."""
    from services.settings import load
    from services.setup import prepare

    prepare(load(), new_keys=False)
    click.echo("The database is at the present schema.")


@main.group()
def keys() -> None:
    """The keyring."""


@keys.command()
@plainly
def create() -> None:
    """Make a keyring for a new installation; never replaces one."""
    from db.keyring import new_keyring, save_keyring
    from services.settings import load

    path = load().keyring
    if path.exists():
        raise Misconfigured(["keyring: there is one already; it stays as it is."])
    save_keyring(path, new_keyring())
    click.echo("Made a keyring. Keep a copy in a safe: without it no message can be read again.")


@keys.command()
@plainly
def rotate() -> None:
    """Protect every data key with a fresh wrapping key; safe to interrupt and repeat."""
    from db.rotation import retire
    from db.rotation import rotate as wrap_again

    building = _container()
    path = building.settings.keyring
    count, gone = wrap_again(building.engine, path), retire(building.engine, path)
    click.echo(f"Re-wrapped {count:,} data keys. Retired: {', '.join(gone) or 'none yet'}.")


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@plainly
def backup(target: Path) -> None:
    """Write a consistent copy of the database; keep the keyring separately."""
    from db.backup import backup as write

    manifest = write(_container().engine, target)
    click.echo(f"Wrote {manifest.rows:,} rows. The keyring is not in it: keep its own copy safe.")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@plainly
def restore(source: Path) -> None:
    """Fill an empty, migrated database from a backup, and check every table's digest."""
    from db.backup import restore as read

    manifest = read(source, _container().engine)
    click.echo(f"Restored {manifest.rows:,} rows; every digest agrees.")


@main.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@plainly
def verify() -> None:
    """Check every practice's chain against its head and its anchors."""
    from services.audit import verify as check

    building = _container()
    verdicts = [check(building, practice) for practice in _practices(building)]
    for verdict in verdicts:
        click.echo(verdict.sentence)
    sys.exit(0 if all(verdict.ok for verdict in verdicts) else 1)


@audit.command()
@click.option("--format", "form", type=click.Choice(["csv", "fhir"]), default="csv")
@click.option("--practice", default="", help="practice code, where there are several")
@plainly
def export(form: str, practice: str) -> None:
    """Write the trail to standard output, and that it was written to the trail."""
    from services.audit import Form, Wanted
    from services.audit import export as write
    from services.desk import Actor

    building = _container()
    found = [p for p in _practices(building) if practice in ("", p.code)]
    if len(found) != 1:
        raise LookupError("There is no one practice that is meant; name it with --practice.")
    write(building, Actor.job(found[0].id, "cli"), Form(form), Wanted(), sys.stdout)


@main.command()
@click.option("--engine", type=click.Choice(["local", "claude"]), default="local")
@click.option("--input", "source", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--output", "target", required=True, type=click.Path(path_type=Path))
@plainly
def triage(engine: str, source: Path, target: Path) -> None:
    """Sort messages from a JSON-lines file."""
    from services.evaluation import triage_file
    from services.settings import load

    sys.exit(triage_file(engine, source, target, load()))


@main.group(name="eval")
def evaluate() -> None:
    """Measure an engine against labelled messages."""


@evaluate.command(name="triage")
@click.argument("labelled", type=click.Path(path_type=Path, exists=True))
@plainly
def evaluate_triage(labelled: Path) -> None:
    """Recall, precision and confusion of the triage, with 95 % intervals."""
    from services.evaluation import eval_triage

    sys.exit(eval_triage(labelled, sys.stdout))


@evaluate.command(name="intake")
@plainly
def evaluate_intake() -> None:
    """How rightly forms are read: the shipped labelled forms, and the sandbox's own."""
    from services.evaluation.intake import eval_intake

    sys.exit(eval_intake(sys.stdout))


@evaluate.command(name="notes")
@click.option("--engine", type=click.Choice(["local", "claude"]), help="only this one")
@click.option("--split", type=click.Choice(["valid", "train"]), default="valid")
@plainly
def evaluate_notes(engine: str | None, split: str) -> None:
    """How well notes are drafted of ACI-Bench: by the local engine, and Claude where a key is set."""
    from services.evaluation.intake_engine import claude
    from services.evaluation.notes import eval_notes
    from services.settings import load

    settings = load() if engine != "local" else None
    asked = settings and (engine == "claude" or settings.anthropic_api_key.get_secret_value())
    assistant = claude(settings) if settings and asked else None
    sys.exit(eval_notes(sys.stdout, split, assistant, locally=engine != "claude"))


@main.group()
def intake() -> None:
    """Forms that patients filled in."""


@intake.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--engine", type=click.Choice(["local", "claude"]), default="local")
@click.option("--all", "all_of_them", is_flag=True, help="also history, consents and the like")
@plainly
def extract(file: Path, engine: str, all_of_them: bool) -> None:
    """Print what a form says, field by field, as JSON; FILE is a PDF, image, DOCX, C-CDA or FHIR."""
    from services.evaluation.intake_engine import claude
    from services.evaluation.intake_files import fields_of_file, printed, today
    from services.settings import load

    assistant = claude(load()) if engine == "claude" else None
    fields = fields_of_file(file, today(), assistant)
    click.echo(json.dumps(printed(fields, all_of_them=all_of_them), indent=2, ensure_ascii=False))


@main.group()
def claims() -> None:
    """Claims before they are submitted."""


@claims.command(name="scrub")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@plainly
def scrub_claims(files: tuple[Path, ...]) -> None:
    """Check professional claims (837P) by every rule: exit 0 clean, 1 held, 2 refused."""
    from services.scrub.files import scrub_files

    today = datetime.now(UTC).astimezone().date()  # as it is here
    sys.exit(
        scrub_files(files, today, sys.stdout, lambda why: click.echo(f"foyer: {why}", err=True))
    )


@main.group()
def era() -> None:
    """Files of payers and clearinghouses."""


@era.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@plainly
def parse(files: tuple[Path, ...]) -> None:
    """Print each claim of FILES as JSON, and whether they balance; exit 2 if one is refused.

    FILES are X12: 835, 277CA, 277, 999, TA1, 837P, 837I or 271.
    """
    from services.era_files import parse_files

    sys.exit(
        parse_files(files, sys.stdout, lambda reason: click.echo(f"foyer: {reason}", err=True))
    )


@main.group()
def staff() -> None:
    """People."""


@staff.command()
@click.option("--practice", required=True, help="practice code")
@click.option("--email", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True)
@plainly
def add(practice: str, email: str, name: str, role: str) -> None:
    """Let somebody in; asks for the first password. The first administrator begins here."""
    from db.vocabulary import Role
    from services.accounts import NewAccount, hashed
    from services.setup import add_person

    if role not in set(Role):
        raise LookupError(f"There is no role {role}. Roles: {', '.join(Role)}.")
    password = click.prompt("First password", hide_input=True, confirmation_prompt=True)
    account = NewAccount(email, name, Role(role), password_hash=hashed(password, email, name))
    add_person(_container(), practice, account)
    click.echo(f"{name} can sign in.")


@main.command()
@plainly
def doctor() -> None:
    """Check every connection, and say what to do about those that fail."""
    from services.doctor import examine
    from services.settings import load

    findings = examine(load())
    for finding in findings:
        mark = "ok  " if finding.ok else "FAIL"
        click.echo(f"{mark} {finding.what}" + ("" if finding.ok else f"\n     {finding.advice}"))
    sys.exit(0 if all(finding.ok for finding in findings) else 1)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="for a monitor")
@plainly
def status(as_json: bool) -> None:
    """Counts, jobs, connections, stages and the audit head, without patient data."""
    from services.status import status as collect

    found = collect(_container())
    click.echo(json.dumps(found, indent=None if as_json else 2, default=str))


def _container() -> Any:
    from services.container import missing, open_container
    from services.settings import read

    settings, faults = read()
    if faults:  # all at once: nobody wants to mend one, start again and meet the next
        raise Misconfigured([*faults, *missing(settings)])
    return open_container(settings)


def _practices(building: Any) -> Any:
    from db import reading
    from db.practices import Practices

    with reading(building.engine) as session:
        return Practices(session).all()


if __name__ == "__main__":
    main()
