"""The audit trail, checked and exported."""

import sys

import click

from services.commands.plainly import container, plainly, practices


@click.group()
def audit() -> None:
    """The audit trail."""


@audit.command()
@plainly
def verify() -> None:
    """Check every practice's chain against its head and its anchors."""
    from services.audit import verify as check

    building = container()
    verdicts = [check(building, practice) for practice in practices(building)]
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

    building = container()
    found = [p for p in practices(building) if practice in ("", p.code)]
    if len(found) != 1:
        raise LookupError("There is no one practice that is meant; name it with --practice.")
    write(building, Actor.job(found[0].id, "cli"), Form(form), Wanted(), sys.stdout)
