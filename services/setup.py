"""Making an installation ready: schema, keyring, practices, approved wordings, first people."""

from collections.abc import Iterable, Sequence

from db import open_database, writing
from db.audit import AuditHead
from db.keyring import load_keyring, new_keyring, save_keyring
from db.migrate import upgrade
from db.practices import Practice, Practices
from db.replies import Macro, Macros, ReplyTemplate, ReplyTemplates, SavedQueue, SavedQueues
from services import accounts
from services.claims import deadlines
from services.container import Container
from services.desk import Actor, Desk, working
from services.settings import PracticeSettings, Settings
from services.workflows.inbox.replies import LANGUAGES, Reply, approved

MACROS = (
    ("Refill passed on", "refill", "refill", "providers", False, 0),
    ("Records request passed on", "records or forms", "records_forms", "records", False, 0),
    ("Billing question passed on", "billing", "billing", "billing", False, 0),
)
QUEUES = (
    ("Refills", "category=refill"),
    ("Waiting for us", "turn=practice"),
    ("Results", "category=result"),
)


def prepare(settings: Settings, *, new_keys: bool) -> Container:
    """Migrate, make the keyring where *new_keys* allows it, and keep the practices in step."""
    upgrade(settings.database_url)
    if new_keys and not settings.keyring.exists():
        save_keyring(settings.keyring, new_keyring())
    keyring = load_keyring(settings.keyring)
    container = Container(settings, open_database(settings.database_url), keyring)
    for practice in settings.practice:
        _keep_practice(container, practice)
    return container


def _keep_practice(container: Container, wanted: PracticeSettings) -> None:
    with writing(container.engine) as session:
        practice = Practices(session).by_code(wanted.code)
        if practice is None:
            practice = Practice(code=wanted.code, name=wanted.name)
            session.add(practice)
            session.flush()
            session.add(AuditHead(practice_id=practice.id))
        practice.name, practice.timezone = wanted.name, wanted.timezone
        practice.synthetic = wanted.synthetic
    with working(container, Actor.job(practice.id, "setup")) as desk:
        _seed(desk)


def _seed(desk: Desk) -> None:
    """What a new practice starts from; whatever it changed since stays."""
    deadlines.seed(desk)
    templates = desk.open(ReplyTemplates)
    have = {(t.key, t.language) for t in templates.all(templates.rows())}
    for language in LANGUAGES:
        for reply in approved(language):
            if (reply.name, language) not in have:
                templates.add(_template(desk, reply, language))
    _add_missing(desk, _macros(desk), {m.label for m in desk.open(Macros).by_label()})
    queues = desk.open(SavedQueues)
    if not queues.first(queues.rows()):
        desk.session.add_all(
            SavedQueue(practice_id=desk.practice_id, name=n, query=q) for n, q in QUEUES
        )


def _template(desk: Desk, reply: Reply, language: str) -> ReplyTemplate:
    return ReplyTemplate(
        practice_id=desk.practice_id,
        key=reply.name,
        category=reply.category or "",
        language=language,
        title=reply.name.capitalize(),
        text=reply.text,
        approved_at=desk.now,
    )


def _macros(desk: Desk) -> Sequence[Macro]:
    return [
        Macro(
            practice_id=desk.practice_id, label=label, template_key=key, category=category,
            pool=pool, close=close, snooze_hours=hours,
        )
        for label, key, category, pool, close, hours in MACROS
    ]  # fmt: skip


def _add_missing(desk: Desk, macros: Iterable[Macro], have: set[str]) -> None:
    desk.session.add_all(macro for macro in macros if macro.label not in have)


def add_person(container: Container, code: str, new: accounts.NewAccount) -> None:
    """Let the first administrator in; later people are added on the staff page."""
    with writing(container.engine) as session:
        practice = Practices(session).by_code(code)
    if practice is None:
        raise LookupError(f"There is no practice {code}.")
    with working(container, Actor.job(practice.id, "setup")) as desk:
        accounts.create_account(desk, new)
