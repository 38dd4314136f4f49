"""What keeps an installation alive: schema, keys, backup and restore."""

from pathlib import Path

import click

from services.commands.plainly import container, plainly
from services.errors import Misconfigured


@click.group()
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


@click.group()
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

    building = container()
    path = building.settings.keyring
    count, gone = wrap_again(building.engine, path), retire(building.engine, path)
    click.echo(f"Re-wrapped {count:,} data keys. Retired: {', '.join(gone) or 'none yet'}.")


@click.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@plainly
def backup(target: Path) -> None:
    """Write a consistent copy of the database; keep the keyring separately."""
    from db.backup import backup as write

    manifest = write(container().engine, target)
    click.echo(f"Wrote {manifest.rows:,} rows. The keyring is not in it: keep its own copy safe.")


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@plainly
def restore(source: Path) -> None:
    """Fill an empty, migrated database from a backup, and check every table's digest."""
    from db.backup import restore as read

    manifest = read(source, container().engine)
    click.echo(f"Restored {manifest.rows:,} rows; every digest agrees.")
