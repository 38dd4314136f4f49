"""The practice's numbers on the console."""

import json
from datetime import datetime

import click

from services.commands.plainly import container, plainly, practices

DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--from", "first", required=True, type=DAY, help="first day, 2026-11-01")
@click.option("--to", "last", required=True, type=DAY, help="last day, included")
@click.option("--by", type=click.Choice(["location", "department", "provider", "payer"]))
@click.option("--practice", default="", help="practice code, where there are several")
@click.option("--json", "as_json", is_flag=True, help="for a program")
@plainly
def metrics(first: datetime, last: datetime, by: str | None, practice: str, as_json: bool) -> None:
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
    told = printed(building, actor, Span(first.date(), last.date()), by or "")
    click.echo(json.dumps(told, ensure_ascii=False) if as_json else table(told))
