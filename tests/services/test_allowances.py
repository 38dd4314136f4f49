"""A practice keeps words for as long as it says, and may spend less than the installation allows."""

from datetime import timedelta

import pytest

from db import reading, writing
from db.conversations import Conversation, State
from services import practice_settings, sweep
from services.ai import Usage
from services.practice_settings import Change, installation
from services.purse import MICRODOLLARS, PracticePurse
from tests.db import rows


@pytest.fixture
def change(container, admin):
    """Change settings as an administrator would; returns what it would do, seen first."""

    def changed(**wanted):
        seen = Change(wanted, practice_settings.shown(container, admin).options)
        effect = practice_settings.effect(container, admin, seen)
        practice_settings.save(container, admin, seen)
        return effect

    return changed


@pytest.fixture
def now(container, admin):
    """The practice as it is now."""
    return lambda: practice_settings.shown(container, admin).practice


@pytest.fixture
def closed(container, practice, clock):
    """One conversation that was closed ten days ago."""
    row = rows.conversation(practice.id, state=State.CLOSED, closed_at=clock() - timedelta(days=10))
    with writing(container.engine) as session:
        session.add(row)
    return row.id


def purged(container, id):
    with reading(container.engine) as session:
        return session.get(Conversation, id).purged_at is not None


def test_words_go_earlier_where_the_practice_says_so(container, change, now, closed):
    sweep.purge(container, now())
    assert not purged(container, closed), "the installation keeps them for 30 days"
    assert change(keep_days=14).destroyed == 0
    sweep.purge(container, now())
    assert not purged(container, closed)
    assert change(keep_days=7).destroyed == 1, "said before it is saved"
    sweep.purge(container, now())
    assert purged(container, closed)


def test_words_that_are_kept_longer_are_not_announced_as_lost(container, change, now, closed):
    assert change(keep_days=7).destroyed == 1
    assert change(keep_days=None).destroyed == 0
    sweep.purge(container, now())
    assert not purged(container, closed)


def test_a_practice_spends_what_it_says_and_never_more_than_the_installation_allows(
    container, change, now, clock
):
    most = container.settings.claude_dollars_per_day
    assert PracticePurse(container, now()).may_spend(clock())
    change(ai_dollars_a_day=0.5)
    PracticePurse(container, now()).spend(Usage(microdollars=MICRODOLLARS))
    assert not PracticePurse(container, now()).may_spend(clock())
    change(ai_dollars_a_day=most * 10)
    assert PracticePurse(container, now()).may_spend(clock())
    PracticePurse(container, now()).spend(Usage(microdollars=int(most * MICRODOLLARS)))
    assert not PracticePurse(container, now()).may_spend(clock())


def test_nothing_a_day_is_nothing(container, change, now, clock):
    change(ai_dollars_a_day=0.0)
    assert not PracticePurse(container, now()).may_spend(clock())


def test_the_page_says_both_limits(container, admin, change):
    change(ai_dollars_a_day=0.5)
    shown = installation.spending(container, admin)
    assert (shown.cap, shown.most) == (0.5, container.settings.claude_dollars_per_day)
