"""``foyer doctor``: tries every connection for real and says what to do about what fails."""

from functools import partial

from db import open_database, reading
from db.keyring import load_keyring
from db.practices import Practices
from services.container import Container
from services.doctor import house, outside
from services.doctor.finding import Finding, ill, tried
from services.settings import Settings

__all__ = ["Finding", "examine"]

NETWORK = "Check the address, the network and the firewall."
CLEARING = "Compare clearinghouse_base and clearinghouse_key with what the clearinghouse gave you."
SFTP = "Compare what begins with sftp_ in the settings with what the clearinghouse gave you."
SIGN_IN = "Compare client_id, key_id and private_key_file with what is registered at eCW."


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which to mend them. Takes up to a minute; changes no data.

    What needs the database and the keyring is left out while either cannot be used, or while
    they do not belong together.
    """
    keyring = tried("Keyring", "Restore the keyring file.", partial(house.keyring, settings))
    database = tried(
        "Database", "Check database_url and the server.", partial(house.database, settings)
    )
    usable = keyring[0].ok and database[0].ok
    return [
        *keyring,
        *database,
        *tried("Anchors", "Let Foyer's user write there.", partial(house.anchors, settings)),
        *tried("Disk", "Check the disk.", partial(house.disk, settings)),
        *tried("Claude", NETWORK, partial(outside.claude, settings)),
        *tried("Identity provider", NETWORK, partial(outside.identity_provider, settings)),
        *tried("Mail server", NETWORK, partial(outside.mail, settings)),
        *(_in_the_building(settings) if usable else ()),
    ]


def _in_the_building(settings: Settings) -> list[Finding]:
    engine = open_database(settings.database_url)
    container = Container(settings, engine, load_keyring(settings.keyring))
    try:
        keys = tried("Keys", "Check the database.", partial(house.keys_fit, container))
        fit = all(finding.ok for finding in keys)
        return [
            *keys,
            *tried("Worker", "Check the database.", partial(house.worker, container)),
            *tried("People", "Check the database.", partial(house.people, container)),
            # Signing in keeps a sealed token, which must not be sealed by the wrong keyring.
            *(_connections(container) if fit else ()),
        ]
    finally:
        engine.dispose()


def _connections(container: Container) -> list[Finding]:
    with reading(container.engine) as session:
        known = {practice.code: practice for practice in Practices(session).all()}
    found: list[Finding] = []
    for connection in container.settings.practice:
        code = connection.code
        found += tried(f"{code}: eCW", NETWORK, partial(outside.address, container, connection))
        if practice := known.get(code):
            ask = partial(outside.roads, container, practice, connection)
            found += tried(f"{code}: eCW", SIGN_IN, ask)
            ask = partial(outside.clearinghouse, container, practice, connection)
            found += tried(f"{code}: clearinghouse", CLEARING, ask)
            ask = partial(outside.hl7, container, connection)
            found += tried(f"{code}: HL7", NETWORK, ask)
            found += tried(
                f"{code}: SFTP", SFTP, partial(outside.sftp, container, practice, connection)
            )
        else:
            found.append(ill(f"{code}: not in the database yet.", "Run `foyer db migrate`."))
    return found
