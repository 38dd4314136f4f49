"""Claims before they are submitted, and what payers answer."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from services.commands.plainly import plainly


@click.group()
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


@click.group()
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
