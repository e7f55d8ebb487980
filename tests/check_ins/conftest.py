"""A family, a pretended clock, a dialogue that asks the questions, and no models to wait for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import check_in
from bot.domain.risk import Decision, Screening, Tier
from bot.services.parts import Parts
from bot.store import database
from bot.store.tables import ContactRow
from tests.builders import Family, make_family
from tests.check_ins.life import AskingDialogue, Life, facts
from tests.pretended_time import PretendedTime

PLACE = timedelta(minutes=7)
DANGER, AT_HOME, DOUBT = "peligro", "golpes", "duda"
SIGNS = {
    DANGER: Screening(Decision.ALERT, "gang_threat", Tier.CRITICAL, "lexicon"),
    AT_HOME: Screening(Decision.ALERT, "abuse_neglect", Tier.CRITICAL, "lexicon"),
    DOUBT: Screening(Decision.ASK, "medical_emergency", Tier.MEDIUM, "classifier", 0.4),
}


@pytest.fixture(scope="session")
def screen() -> Callable[[str, Sequence[str]], Screening]:
    """One word for each kind of sign."""
    return lambda text, earlier: SIGNS.get(text, Screening(Decision.NONE))


@pytest.fixture
def dialogue() -> AskingDialogue:
    return AskingDialogue()


@pytest.fixture
def timed_parts(quiet_parts: Parts, time: PretendedTime) -> Parts:
    """Parts without Rasa, on a clock that stands still until the test moves it."""
    return replace(quiet_parts, now=time.now, pause=time.pause)


@pytest.fixture
def life(
    timed_parts: Parts, time: PretendedTime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Life]:
    """Wendy, seven, in Chicago, and her mother in Guatemala: they leave in nineteen days.

    Both have the same place in the spread, so that a test can name the minute.
    """
    monkeypatch.setattr(check_in, "share_of", lambda spread, contact_id: PLACE)
    started = Life(timed_parts, time, make_family(timed_parts, facts()))
    welcome(timed_parts, started.family)
    started.tick()
    yield started
    started.close()


@pytest.fixture
def home(life: Life) -> Life:
    """The child said that they arrived, and so did the mother; it is the next morning."""
    life.nothing_until("2026-12-20 11:00").until("2026-12-20 14:50")
    life.answers(life.child)
    life.until("2026-12-20 18:00")
    life.answers(life.caregiver)
    return life.until("2026-12-21 09:00")


def welcome(parts: Parts, family: Family) -> None:
    """Both went through the first questions already."""
    with database.unit_of_work(parts.engine) as session:
        for contact_id in (family.child, family.caregiver):
            session.get_one(ContactRow, contact_id).onboarded_at = parts.now()
