"""What has to be told of somebody's case does not arrive: another channel, then somebody else."""

import pytest

from bot.gateways.sending import Refused
from bot.services import handle_escalation, tell_advocate
from bot.services.answer_call import record_fate
from bot.store import database, escalations
from bot.store.risk_tables import NoticeRow
from bot.store.tables import ContactRow
from tests.builders import make_staff, number_of

DANGER = "me van a matar los de la mara"
FURTHER = "mi tio me pega con el cinturon"
REFUSED = Refused(30003)


@pytest.fixture
def told(talk, team, time):
    """Wendy told of danger, Elena has it, and some minutes have passed since she was called."""
    talk.says(DANGER)
    talk.staff_answers(team.elena, "1")
    time.passes(minutes=6)
    talk.work()
    return talk


@pytest.fixture
def heard(called):
    """Who was called since the last look."""
    seen = []

    def news():
        known, seen[:] = len(seen), called()
        return seen[known:]

    return news


def refuses(notifier, *channels):
    notifier.refuses = dict.fromkeys(channels, REFUSED)


def test_a_further_sign_that_is_refused_goes_out_on_the_next_channel(told, heard, notifier):
    refuses(notifier, "sms")
    heard()
    told.says(FURTHER)

    assert heard() == [("elena", "voice")]
    assert notifier.called[-1][2] == "staff.more_signs"
    assert told.chain[-3:] == ["joined", "notification_failed", "notified"]
    assert told.escalation.state == "acknowledged"


def test_each_channel_of_the_tier_is_tried_once(told, heard, notifier):
    refuses(notifier, "sms", "voice", "email")
    heard()
    told.says(FURTHER)

    assert heard() == [("elena", "whatsapp")]
    assert told.chain.count("notification_failed") == 3
    assert told.escalation.state == "acknowledged"


def test_where_nothing_reaches_who_has_it_the_next_person_is_called(told, team, notifier, heard):
    send, number = notifier.send, number_of(told.parts, team.elena)

    def refuse_elena(call):
        if call.number == number:
            raise REFUSED
        return send(call)

    notifier.send = refuse_elena
    heard()
    told.says(FURTHER)

    assert heard() == [("marvin", "sms")]
    assert (told.escalation.state, told.escalation.called_id) == ("open", team.marvin)
    assert told.escalation.assigned_id is None
    assert told.chain[-4:] == ["notification_failed", "reopened", "passed_on", "notified"]

    told.staff_answers(team.marvin, "1")
    assert told.escalation.assigned_id == team.marvin


def test_a_further_sign_that_is_lost_after_it_was_taken_goes_out_on_the_next_channel(
    told, heard, notifier
):
    told.says(FURTHER)
    notice_id = notifier.calls[-1].id
    heard()
    record_fate(notice_id, "undelivered", 30005, told.parts)
    told.work()

    assert heard() == [("elena", "voice")]


def test_what_was_told_later_counts_where_an_earlier_one_is_lost(told, time, heard, notifier):
    """Nothing else reaches Elena, but she was told of a second sign after the first."""
    told.says(FURTHER)
    lost = notifier.calls[-1].id
    time.passes(minutes=6)
    told.says("volvieron y tienen pistola")
    refuses(notifier, "voice", "email", "whatsapp")
    record_fate(lost, "undelivered", 30005, told.parts)
    told.work()

    assert told.escalation.state == "acknowledged"


def test_nobody_calls_for_what_was_closed_meanwhile(told, team, notifier, heard):
    told.says(FURTHER)
    notice_id = notifier.calls[-1].id
    with database.unit_of_work(told.parts.engine) as session:
        row = escalations.lock(session, told.escalation.id)
        handle_escalation.close(session, row, team.elena, "Está con su abuela.", told.parts)
    heard()
    record_fate(notice_id, "undelivered", 30005, told.parts)
    told.work()

    assert heard() == []
    assert told.escalation.state == "closed"


# The child's advocate


@pytest.fixture
def advocate(talk):
    return make_staff(talk.parts, "Luz Mo", role="child_advocate", duty=[])


def tell(talk):
    """A sign of which the advocate has to know."""
    with database.unit_of_work(talk.parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        contact = session.get_one(ContactRow, talk.contact_id)
        tell_advocate.tell_also(session, contact, row, "child_advocate", talk.parts)
    talk.work()


def told_advocate(notifier):
    return [channel for _, channel, message in notifier.called if message == "staff.advocate"]


def test_where_nothing_reaches_the_advocate_a_person_has_to(told, advocate, notifier):
    refuses(notifier, "sms", "email")
    tell(told)

    assert told_advocate(notifier) == []
    assert told.tasks == ["advocate"]
    assert told.chain.count("notification_failed") == 2


@pytest.mark.parametrize("refused", ["sms", "email"])
def test_one_channel_is_enough_for_the_advocate(told, advocate, notifier, refused):
    refuses(notifier, refused)
    tell(told)

    assert told_advocate(notifier) == [{"sms": "email", "email": "sms"}[refused]]
    assert told.tasks == []


def test_the_next_sign_tries_again_to_tell_the_advocate(told, advocate, notifier):
    refuses(notifier, "sms", "email")
    tell(told)
    notifier.refuses.clear()
    tell(told)
    tell(told)

    assert sorted(told_advocate(notifier)) == ["email", "sms"]
    assert told.tasks == ["advocate"]
    with database.unit_of_work(told.parts.engine) as session:
        sent = session.query(NoticeRow).filter(NoticeRow.message_id == "staff.advocate")
        assert {row.status for row in sent} == {"failed", "accepted"}
