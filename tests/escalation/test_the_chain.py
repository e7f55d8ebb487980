"""From one sentence to a person who acted: every row of the chain, with the worker's real steps."""

import pytest

from bot.domain.escalation import EscalationError
from bot.gateways.sending import AddressUnreachable, Refused, TryLater
from bot.services import handle_escalation
from bot.services.screen_inbound import screen_next
from bot.store import database, escalations
from tests.builders import ALWAYS, make_staff

DANGER = "me van a matar los de la mara"


def test_a_disclosure_calls_the_own_case_manager_at_once(talk, team, called, notifier):
    talk.says(DANGER)

    assert talk.escalation.state == "open"
    assert talk.escalation.tier == "critical"
    assert talk.chain == ["opened", "notified"]
    assert called() == [("elena", "sms")]
    assert talk.escalation.code in notifier.calls[0].text


def test_the_notification_names_nobody_and_quotes_nothing(talk, team, notifier):
    talk.says(DANGER)

    sent = notifier.calls[0]
    for word in ("Wendy", "Cux", "mara", "matar", str(talk.contact_id)):
        assert word not in sent.text + sent.subject + "".join(sent.variables.values())


def test_a_digit_from_the_phone_takes_it(talk, team, called, notifier):
    talk.says(DANGER)
    talk.staff_answers(team.elena, "1")

    assert talk.escalation.state == "acknowledged"
    assert talk.escalation.assigned_id == team.elena
    assert notifier.called[-1][2] == "staff.taken"


def test_a_digit_that_is_answered_twice_changes_nothing(talk, team, notifier):
    talk.says(DANGER)
    talk.staff_answers(team.elena, "1", reference="SM1")
    steps, calls = talk.chain, len(notifier.calls)

    talk.staff_answers(team.elena, "1", reference="SM1")  # delivered twice by the provider
    assert (talk.chain, len(notifier.calls)) == (steps, calls)

    talk.staff_answers(team.elena, "1")  # typed twice by the person
    assert talk.chain == steps
    assert notifier.called[-1][2] == "staff.taken"


def test_who_comes_second_is_told_who_has_it(talk, team, time, notifier):
    talk.says(DANGER)
    time.passes(minutes=6)
    talk.clock_ticks()
    talk.staff_answers(team.elena, "1")
    talk.staff_answers(team.marvin, f"1 {talk.escalation.code}")

    assert talk.escalation.assigned_id == team.elena
    assert notifier.called[-1][2] in ("staff.taken_by_other", "staff.nothing_open")


def test_who_cannot_hands_it_to_the_next_at_once(talk, team, called, notifier):
    talk.says(DANGER)
    talk.staff_answers(team.elena, "2")

    assert talk.escalation.state == "open"
    assert ("marvin", "sms") in called()
    assert "declined" in talk.chain
    assert "passed_on" in talk.chain


def test_three_asks_for_a_call_and_the_time_goes_on(talk, team, called, time):
    talk.says(DANGER)
    talk.staff_answers(team.elena, "3")

    assert called()[-1] == ("elena", "voice") or ("elena", "voice") in called()
    time.passes(minutes=6)
    talk.clock_ticks()
    assert ("marvin", "sms") in called()


def test_nobody_acknowledges_next_person_then_supervisor_then_standing_line(
    talk, team, called, time
):
    talk.says(DANGER)
    for _ in range(10):
        time.passes(minutes=2)
        talk.clock_ticks()

    order = list(dict.fromkeys(name for name, _ in called()))
    assert order == ["elena", "marvin", "rosa", "standing line"]
    assert talk.chain.count("passed_on") >= 3
    assert "standing_line" in talk.chain


def test_the_supervisor_is_called_before_the_deadline_of_the_tier(talk, team, called, time):
    talk.says(DANGER)
    while time.now() < talk.escalation.acknowledge_by:
        time.passes(seconds=30)
        talk.clock_ticks()

    assert "rosa" in {name for name, _ in called()}


def test_one_person_is_called_on_one_channel_after_the_other(talk, team, called, time):
    talk.says(DANGER)
    for _ in range(9):
        time.passes(seconds=31)
        talk.clock_ticks()

    assert [channel for name, channel in called() if name == "elena"] == [
        "sms",
        "voice",
        "email",
        "whatsapp",
    ]


def test_the_provider_refuses_then_the_next_channel_is_tried_at_once(talk, team, called, notifier):
    notifier.refuses["sms"] = Refused(21211)
    talk.says(DANGER)

    assert called() == [("elena", "voice")]
    assert talk.chain == ["opened", "notification_failed", "notified"]


def test_no_channel_reaches_a_person_then_the_next_person_is_called(talk, team, called, notifier):
    for channel in ("sms", "voice", "email", "whatsapp"):
        notifier.refuses[channel] = AddressUnreachable(30003)
    talk.says(DANGER)
    del notifier.refuses["sms"]
    talk.work()

    assert notifier.refused["sms"] >= 1
    assert "passed_on" in talk.chain


def test_a_provider_that_is_busy_is_tried_again_and_then_the_next_channel(
    talk, team, called, notifier, time
):
    notifier.refuses["sms"] = TryLater(20429)
    talk.says(DANGER)
    assert called() == []

    for _ in range(4):
        time.passes(seconds=5)
        talk.clock_ticks()
    assert notifier.refused["sms"] == 3
    assert ("elena", "voice") in called()


def test_an_unstaffed_hour_calls_the_supervisor_and_is_recorded(timed_parts, talk, notifier, time):
    make_staff(timed_parts, "Elena Paz", duty=[], number=_own_number(talk))
    rosa = make_staff(timed_parts, "Rosa Lima", role="supervisor", duty=[])
    talk.says(DANGER)

    assert talk.chain[0:2] == ["opened", "rota_gap"]
    assert talk.escalation.called_id == rosa


def _own_number(talk):
    from tests.builders import number_of

    return number_of(talk.parts, talk.family.case_manager)


def test_nobody_at_all_rings_the_standing_line(timed_parts, talk, notifier):
    make_staff(timed_parts, "Elena Paz", duty=[], number=_own_number(talk))
    talk.says(DANGER)

    assert [call.number for call in notifier.calls] == [
        timed_parts.settings.standing_line_number
    ] * 2
    assert "standing_line" in talk.chain


def test_what_can_wait_waits_for_the_next_shift(timed_parts, talk, notifier, time):
    morning = [{"country": "US", "from": "12:00", "to": "20:00", "on_holidays": True}]
    elena = make_staff(timed_parts, "Elena Paz", duty=morning, number=_own_number(talk))
    make_staff(timed_parts, "Rosa Lima", role="supervisor", duty=[])
    talk.says("mi tia dice que me va a sacar de la casa, ya no me quiere aqui")  # 9 in the morning

    assert talk.escalation.tier == "medium"
    assert notifier.calls == []
    time.passes(hours=3, minutes=30)
    talk.clock_ticks()
    assert talk.escalation.called_id == elena
    assert len(notifier.calls) == 1


def test_a_second_sign_joins_and_does_not_open_another(talk, team):
    talk.says("mi tia dice que me va a sacar de la casa, ya no me quiere aqui")
    talk.says(DANGER)

    assert len(talk.escalations) == 1
    assert "joined" in talk.chain
    assert "raised" in talk.chain
    assert talk.escalation.tier == "critical"


def test_a_second_sign_after_the_action_opens_it_again(talk, team, timed_parts):
    talk.says(DANGER)
    with database.unit_of_work(timed_parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        handle_escalation.record_action(
            session, row, team.elena, "Llamé a la familia.", timed_parts
        )
    assert talk.escalation.state == "acted"

    talk.says("volvieron y tienen pistola")
    assert talk.escalation.state == "open"
    assert "reopened" in talk.chain


def test_the_risk_state_latches_until_a_person_closes_it(talk, team, timed_parts):
    talk.says(DANGER)
    talk.says("ya no pasa nada, era broma")
    assert talk.escalation.state == "open"

    with database.unit_of_work(timed_parts.engine) as session:
        row = escalations.lock(session, talk.escalation.id)
        with pytest.raises(EscalationError):
            handle_escalation.close(session, row, team.elena, "  ", timed_parts)
        handle_escalation.close(
            session, row, team.elena, "La policía la llevó a casa.", timed_parts
        )
    assert talk.escalation.state == "closed"

    talk.says(DANGER)
    assert len(talk.escalations) == 2


def test_the_worker_dies_between_the_message_and_the_notification(talk, team, called, timed_parts):
    talk.phone.write(DANGER)
    assert screen_next(timed_parts)  # and here the process is killed
    assert called() == []

    talk.work()  # another worker
    assert called() == [("elena", "sms")]
    assert talk.chain == ["opened", "notified"]


def test_the_worker_dies_while_it_screens_and_nothing_is_half_done(talk, team, timed_parts):
    class Killed(BaseException):
        pass

    def die(*_):
        raise Killed

    from dataclasses import replace

    dying = replace(timed_parts, safety=replace(timed_parts.safety, screen=die))
    talk.phone.write(DANGER)
    with pytest.raises(Killed):
        screen_next(dying)
    assert talk.escalations == []

    talk.work()
    assert len(talk.escalations) == 1


def test_a_notification_that_was_cut_off_is_sent_again(talk, team, called, time, timed_parts):
    from bot.store import notices

    talk.phone.write(DANGER)
    screen_next(timed_parts)
    with database.unit_of_work(timed_parts.engine) as session:
        assert notices.claim_next(session, time.now()) is not None  # and here the process is killed

    time.passes(seconds=31)
    talk.work()
    assert called() == [("elena", "sms")]


def test_on_duty_is_who_answers_for_the_country_where_the_child_is_now(timed_parts, talk, team):
    only_guatemala = [ALWAYS | {"country": "GT"}]
    make_staff(timed_parts, "Elena Paz", duty=only_guatemala, number=_own_number(talk))
    talk.says(DANGER)  # Wendy is in the United States

    assert talk.escalation.called_id == team.marvin
