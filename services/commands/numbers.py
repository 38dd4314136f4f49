"""The practice's numbers on the console."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from services.commands.plainly import container, plainly, practices

if TYPE_CHECKING:
    from services.container import Container
    from services.desk import Actor
    from services.metrics.report import Span

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", required=True, type=DAY, help="first day, 2026-11-01")
@click.option("--to", "last", required=True, type=DAY, help="last day, included")
@click.option("--by", type=click.Choice(["location", "department", "provider", "payer"]))
@click.option("--practice", default="", help="practice code, where there are several")
@click.option("--json", "as_json", is_flag=True, help="for a program")
@click.option("--pdf", "file", type=click.Path(dir_okay=False, path_type=Path), help="write a PDF")
@plainly
def metrics(
    first: datetime, last: datetime, by: str | None, practice: str, as_json: bool,
    file: Path | None,
) -> None:  # fmt: skip
    """Print every metric of these days with its value, count and definition."""
    from services.desk import Actor
    from services.metrics.printing import printed, table
    from services.metrics.report import Span

    if last < first:
        raise LookupError("The last day lies before the first.")
    building = container()
    found = [p for p in practices(building) if practice in ("", p.code)]
    if len(found) != 1:
        raise LookupError("There is no one practice that is meant; name it with --practice.")
    actor = Actor.job(found[0].id, "cli")
    span = Span(first.date(), last.date())
    if file:
        _write_pdf(building, actor, span, file)
        return
    told = printed(building, actor, span, by or "")
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else table(told))


def _write_pdf(building: "Container", actor: "Actor", span: "Span", file: Path) -> None:
    from services.metrics.exporting import console_pdf
    from services.metrics.loading import Narrow

    made = console_pdf(building, actor, span, Narrow())
    try:
        file.write_bytes(made.data)
    except OSError as error:
        raise LookupError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"{made.lines} metrics are in {file}.")
