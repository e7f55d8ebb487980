"""An agreement that STOP took back: START brings the check-ins back, or a person hears of the silence."""

import pytest

from bot.domain.consent import Agreement
from bot.store import contacts, database


def agrees(life, contact_id, kind=Agreement.ASSENT):
    life.time.passes(minutes=1)
    with database.unit_of_work(life.parts.engine) as session:
        contacts.record_consent(session, contact_id, kind, True, life.time.now())
    life.time.passes(minutes=1)


def is_still_withdrawn(life, contact_id, kind=Agreement.ASSENT):
    """STOP took it back, and whoever said START was taken for somebody else."""
    with database.unit_of_work(life.parts.engine) as session:
        consent = contacts.latest_consent(session, contact_id, kind)
        consent.withdrawn_at = life.time.now()


def test_who_left_by_sms_and_came_back_on_whatsapp_is_asked_there(home):
    agrees(home, home.family.child)
    home.child.says("ALTO")
    home.child.on("whatsapp").says("ALTA")
    home.until("2026-12-21 17:30")
    assert home.state("day_1") == "asked"
    assert home.unasked(home.child)[-1].channel == "whatsapp"


def test_of_a_silence_that_nobody_wished_for_a_person_hears(home):
    agrees(home, home.family.child)
    is_still_withdrawn(home, home.family.child)
    home.until("2026-12-23 18:00")
    assert home.state("day_1") == home.state("day_3") == "skipped no_consent"
    assert home.tasks(home.child) == [("silence", "no_consent")]  # once


@pytest.mark.parametrize(
    ("person", "step", "kind"),
    [
        ("child", "arrived", Agreement.ASSENT),
        ("caregiver", "arrived_home", Agreement.OWN_CONSENT),
    ],
)
def test_whoever_is_not_asked_on_the_travel_day_because_of_it_is_looked_for(
    life, person, step, kind
):
    contact_id = getattr(life.family, person)
    agrees(life, contact_id, kind)
    life.nothing_until("2026-12-20 11:00")
    is_still_withdrawn(life, contact_id, kind)
    life.until("2026-12-20 17:30")
    assert life.state(step) == "skipped no_consent"
    assert ("stranded_silence", step) in life.tasks(getattr(life, person))


def test_of_who_never_agreed_nobody_is_told(life):
    with database.unit_of_work(life.parts.engine) as session:
        child, now = life.family.child, life.time.now()
        contacts.record_consent(session, child, Agreement.ASSENT, False, now)
    life.nothing_until("2026-12-20 11:00").until("2026-12-20 17:00")
    assert life.state("arrived") == "skipped no_consent"
    assert life.tasks(life.child) == []
