"""The commands of an operator, by what they are about; ``cli.py`` puts them under ``foyer``."""

from services.commands.billing import claims, era
from services.commands.hl7 import hl7
from services.commands.house import doctor, staff, status
from services.commands.installation import backup, db, keys, restore
from services.commands.measuring import evaluate, intake, triage
from services.commands.numbers import metrics
from services.commands.prompts import prompts
from services.commands.rollout import rollout
from services.commands.trail import audit

ALL = (
    db,
    keys,
    backup,
    restore,
    audit,
    triage,
    evaluate,
    intake,
    claims,
    era,
    hl7,
    rollout,
    prompts,
    staff,
    doctor,
    status,
    metrics,
)
