"""Sorting messages and reading forms from files, and how rightly that is done."""

import json
import sys
from pathlib import Path

import click

from services.commands.plainly import plainly


@click.command()
@click.option("--engine", type=click.Choice(["local", "claude"]), default="local")
@click.option("--input", "source", required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--output", "target", required=True, type=click.Path(path_type=Path))
@plainly
def triage(engine: str, source: Path, target: Path) -> None:
    """Sort messages from a JSON-lines file."""
    from services.evaluation import triage_file
    from services.settings import load

    sys.exit(triage_file(engine, source, target, load()))


@click.group(name="eval")
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


@click.group()
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
