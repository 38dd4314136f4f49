"""Who may come in, whether everything connects, and how things stand."""

import json
import sys

import click

from services.commands.plainly import container, plainly


@click.group()
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
    add_person(container(), practice, account)
    click.echo(f"{name} can sign in.")


@click.command()
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


@click.command()
@click.option("--json", "as_json", is_flag=True, help="for a monitor")
@plainly
def status(as_json: bool) -> None:
    """Counts, jobs, connections, stages and the audit head, without patient data."""
    from services.status import status as collect

    found = collect(container())
    click.echo(json.dumps(found, indent=None if as_json else 2, default=str))
