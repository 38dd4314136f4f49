"""How far each workflow is switched on, from the console: what the Rollout page does."""

import json
from typing import Any

import click

from services.commands.plainly import container, plainly, practices

PRACTICE = click.option("--practice", default="", help="practice code, where there are several")

MOMENT = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])


@click.group()
def rollout() -> None:
    """How far each workflow is switched on, and the switches that stop it."""


@rollout.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="for a script")
@PRACTICE
@plainly
def list_all(as_json: bool, practice: str) -> None:
    """Print every stage, switch, plan and limit that was exceeded, without patient data."""
    from services.rollout.listing import listing

    building, actor = _operator(practice)
    found = listing(building, actor)
    click.echo(json.dumps(found, default=str) if as_json else _table(found))


@rollout.command(name="set")
@click.argument("workflow")
@click.argument("stage", type=click.Choice(["off", "shadow", "pilot", "on", "follow"]))
@click.option("--at", "scope", default="", help="a place's EHR reference, or its name")
@click.option("--person", "people", multiple=True, help="e-mail address; for pilot; repeatable")
@click.option("--role", "roles", multiple=True, help="for pilot; repeatable")
@click.option("--percent", default=None, type=click.IntRange(0, 100), help="share, for pilot")
@click.option("--because", default="other", help="why, from the list on the page")
@click.option("--owner", default="", help="e-mail address of who answers for it")
@click.option("--cut", is_flag=True, help="open work may not be finished")
@click.option("--from", "starts", default=None, type=MOMENT, help="by the practice's clock")
@click.option("--until", "stops", default=None, type=MOMENT, help="it goes back then")
@PRACTICE
@plainly
def set_stage(workflow: str, stage: str, practice: str, **asked: Any) -> None:
    """Move WORKFLOW to STAGE, in the whole practice or at one place; follow: as the wider scope.

    Where a second person has to approve, it is asked for.
    """
    from services.rollout.console import given_of, make_or_plan, move_of

    building, actor = _operator(practice)
    move = move_of(building, actor, workflow, stage, **asked)
    given = given_of(building, actor, **asked)
    done = make_or_plan(building, actor, move, given, asked["starts"], asked["stops"])
    click.echo(f"{workflow}: {stage}, {done}.")


@rollout.command()
@click.argument("what")
@click.option("--why", default="other", help="why, from the list on the page")
@PRACTICE
@plainly
def stop(what: str, why: str, practice: str) -> None:
    """Stop WHAT at once: ai, deliveries or a workflow. It beats every stage."""
    from services import switches
    from services.errors import Invalid

    if why not in set(switches.Why):
        raise Invalid(f"Please say why with one of: {', '.join(switches.Why)}.")
    building, actor = _operator(practice)
    switches.stop.by_house(building, actor, what, switches.Why(why))
    click.echo(f"{what}: stopped, within seconds.")


@rollout.command()
@click.argument("what")
@PRACTICE
@plainly
def resume(what: str, practice: str) -> None:
    """Let WHAT run again, as far as its stages allow."""
    from services import switches

    building, actor = _operator(practice)
    switches.resume.by_house(building, actor, what)
    click.echo(f"{what}: running again, as far as its stages allow.")


@rollout.command()
@click.argument("workflow")
@click.option("--at", "scope", default="", help="a place's EHR reference, or its name")
@PRACTICE
@plainly
def restart(workflow: str, scope: str, practice: str) -> None:
    """End the pause of WORKFLOW by a limit: it is on again exactly as it was."""
    from services.rollout.console import pause_of
    from services.rollout.guardrails import restart as end

    building, actor = _operator(practice)
    end.by_house(building, actor, pause_of(building, actor, workflow, scope))
    click.echo(f"{workflow}: as it was before the pause, within seconds.")


@rollout.command()
@click.argument("workflow")
@click.argument("measure")
@click.argument("limit", type=click.FloatRange(min=0))
@click.option("--at", "scope", default="", help="a place's EHR reference, or its name")
@click.option("--hours", default=None, type=int, help="over how many hours")
@click.option("--at-least", default=None, type=int, help="from how many cases on")
@click.option("--off", is_flag=True, help="do not watch it")
@PRACTICE
@plainly
def limit(workflow: str, measure: str, practice: str, **asked: Any) -> None:
    """Set what MEASURE of WORKFLOW must not exceed, in the practice or at one place.

    A share is between 0 and 1. What is not named stays as it is.
    """
    from services.rollout.console import set_limit

    building, actor = _operator(practice)
    click.echo(set_limit(building, actor, workflow, measure, **asked))


@rollout.command()
@click.argument("workflow")
@click.option("--json", "as_json", is_flag=True, help="for a script")
@PRACTICE
@plainly
def verdict(workflow: str, as_json: bool, practice: str) -> None:
    """Print how the pilot of WORKFLOW goes: each person beside their own past, with counts."""
    from services.rollout.verdicts import printing, verdicts

    building, actor = _operator(practice)
    told = printing.printed(workflow, verdicts(building, actor, workflow))
    click.echo(json.dumps(told) if as_json else printing.table(told))


def _operator(practice: str) -> tuple[Any, Any]:
    from services.desk import Actor

    building = container()
    found = [p for p in practices(building) if practice in ("", p.code)]
    if len(found) != 1:
        raise LookupError("There is no one practice that is meant; name it with --practice.")
    return building, Actor.job(found[0].id, "operator")


def _table(found: dict[str, Any]) -> str:
    lines = [f"stopped  {what:<12} {why['reason']}" for what, why in found["stopped"].items()]
    for key, workflow in found["workflows"].items():
        scopes = workflow["scopes"] or [{"scope": "", "says": "off"}]
        lines += [f"{key:<12} {one['place'] if one['scope'] else 'practice':<28} {one['says']}"
                  for one in scopes]  # fmt: skip
    lines += [f"planned  {plan['workflow']:<12} {plan['state']:<10} {plan['starts_at']}"
              for plan in found["plans"]]  # fmt: skip
    lines += [f"paused   {trip['workflow']:<12} {trip['place']:<28} {trip['says']}"
              for trip in found["paused"]]  # fmt: skip
    ended = [trip for trip in found["trips"] if trip not in found["paused"]]
    lines += [f"unseen   {trip['workflow']:<12} {trip['place']:<28} {trip['says']}"
              for trip in ended]  # fmt: skip
    return "\n".join(lines)
