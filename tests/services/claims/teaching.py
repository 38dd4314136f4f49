"""What a year of files in the books teaches; told where the year is posted, which takes a while."""

from dataclasses import replace

from db import writing
from db.claims import BEFORE, Claims
from db.practices import Practice
from db.risk_models import RiskModels
from services.claims.risk import versions
from services.claims.risk.history import cases
from services.claims.risk.model import model_of
from services.desk import working
from tests.services.claims.conftest import Billing


def the_causes_that_can_be_seen(billing: Billing) -> None:
    """A year of the practice teaches them; *billing* has posted it, as of the year's end."""
    assert [c.risk for c in billing.all(Claims) if c.risk is not None] == []

    counts = versions.keep_fresh(billing.container, billing.practice)
    assert counts["in use"] == 1
    [version] = billing.all(RiskModels)
    assert version.claims > 800
    assert version.brier < 0.85 * version.base_brier
    assert version.auc > 0.7
    assert sum(band["claims"] for band in version.reliability) == version.tested
    model = model_of(version.artefact)
    visit = ("payer:SHH01", "code:99213", "family:visit", "family:procedure", "filed:7")
    assert model.chance((*visit, "unmarked")) > 0.5 > 0.2 > model.chance(visit)
    assert model.chance((*visit, "filed:120+payer:SHH01")) > 2 * model.chance(visit)

    # Every claim that nobody has answered is scored, the drafts too, with its reasons in words.
    waiting = [c for c in billing.all(Claims) if c.answered_at is None and c.traits]
    assert waiting
    assert {c.risk_model for c in waiting} == {version.name}
    assert all(c.risk is not None and 0 <= c.risk <= 1000 for c in waiting)
    assert any(c.state in BEFORE for c in waiting)
    said = {reason for c in waiting for reason in c.risk_reasons}
    assert {reason.partition(": ")[0] for reason in said} <= {"raises", "lowers"}
    assert max(len(c.risk_reasons) for c in waiting) <= 3

    # Nothing new has been answered: no second version, nothing to score.
    assert versions.keep_fresh(billing.container, billing.practice).total() == 0
    _forget_what_a_neighbour_knows(billing)


def _forget_what_a_neighbour_knows(billing: Billing) -> None:
    """Another practice in the same database has no history, whatever its neighbour has."""
    other = Practice(code="OTHER", name="Other practice", synthetic=True)
    with writing(billing.container.engine) as session:
        session.add(other)
    elsewhere = replace(billing, practice=other)
    with working(billing.container, elsewhere.actor) as desk:
        assert cases(desk) == []
    versions.keep_fresh(billing.container, other)
    assert elsewhere.all(RiskModels) == []
