"""The console command ``foyer``: everything an operator does outside the browser."""

import os
import sys
from pathlib import Path

import click

from services.commands import ALL
from services.commands.plainly import container, plainly
from services.settings import Settings


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
    settings = container().settings  # every fault is said here, before a server starts
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

    run_forever(container())


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """A small eClinicalWorks and healow on loopback, with synthetic patients."""
    from services.sandbox.__main__ import main as serve

    sys.exit(serve(arguments))


for command in ALL:
    main.add_command(command)


if __name__ == "__main__":
    main()
