"""Instructions for engines from the console: what the page Prompts does, through the same functions."""

import json
from typing import Any

import click

from services.commands.plainly import container, plainly, practices

PRACTICE = click.option("--practice", default="", help="practice code, where there are several")


@click.group()
def prompts() -> None:
    """What engines are told: versions, and past messages replayed through them."""


@prompts.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="for a script")
@PRACTICE
@plainly
def list_all(as_json: bool, practice: str) -> None:
    """Print every version of every prompt with its state, digest and author."""
    from services.prompts.listing import listing

    building, actor = _operator(practice)
    found = listing(building, actor)
    if as_json:
        click.echo(json.dumps(found, default=str))
        return
    for one in found:
        click.echo(f"{one['prompt']:<10} {one['version']:<8} {one['state']:<8} {one['digest']}  "
                   f"{one['note']}")  # fmt: skip


@prompts.command()
@click.argument("prompt")
@click.option("--version", "number", default=None, type=int, help="else the one in force")
@PRACTICE
@plainly
def show(prompt: str, number: int | None, practice: str) -> None:
    """Print what an engine is told for PROMPT: the fixed part, then the practice's own."""
    from services.prompts.listing import text_of

    building, actor = _operator(practice)
    click.echo(text_of(building, actor, prompt, number))


@prompts.command()
@click.argument("prompt")
@click.argument("number", type=int)
@click.option("--last", "size", default=200, show_default=True, help="50, 100, 200 or 500 messages")
@click.option("--yes", is_flag=True, help="start, after its price was printed")
@PRACTICE
@plainly
def replay(prompt: str, number: int, size: int, yes: bool, practice: str) -> None:
    """Print what a replay of version NUMBER costs; with --yes let the worker begin it."""
    from services.prompts.listing import priced
    from services.prompts.replaying import start

    building, actor = _operator(practice)
    click.echo(priced(building, actor, prompt, size))
    if yes:
        start.by_house(building, actor, prompt, number, size)
        click.echo("It has begun; the worker asks, and the page Prompts shows what it finds.")


def _operator(practice: str) -> tuple[Any, Any]:
    from services.desk import Actor

    building = container()
    found = [p for p in practices(building) if practice in ("", p.code)]
    if len(found) != 1:
        raise LookupError("There is no one practice that is meant; name it with --practice.")
    return building, Actor.job(found[0].id, "operator")
