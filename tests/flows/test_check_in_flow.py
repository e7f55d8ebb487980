"""The questions of a check-in, as the person who is asked answers them: with a tap, a digit or own words."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.consent import Agreement
from bot.gateways.dialogue import TurnRequest
from bot.services.run_check_ins import run_due
from bot.store import check_in_answers, contacts, database
from bot.store.tables import ContactRow, ConversationRow
from bot.store.time_tables import CheckInRow
from tests.builders import make_family
from tests.conversation import Conversation

ARRIVED = "arrived"
HOME, FIRST_DAYS, MONTH, CAREGIVER = "day_7", "day_1", "day_30", "home_day_7"


class Asked(Conversation):
    """Somebody who has been welcomed, and whom the clock asks."""

    def __enter__(self) -> "Asked":
        with database.unit_of_work(self.parts.engine) as session:
            row = session.get_one(ContactRow, self.contact_id)
            kind = Agreement.ASSENT if row.role == "child" else Agreement.OWN_CONSENT
            contacts.record_consent(session, row.id, kind, True, self.parts.now())
            row.onboarded_at = self.parts.now()
        return self

    def is_asked(self, step: str) -> "Asked":
        """The time of a check-in has come: the clock says hello and asks the first question."""
        now, self.check_in_id = self.parts.now(), uuid4()
        row = CheckInRow(id=self.check_in_id, contact_id=self.contact_id, step=step, due_at=now)
        row.wake_at, row.not_after = now, now.replace(year=now.year + 1)
        with database.unit_of_work(self.parts.engine) as session:
            session.add(row)
        assert run_due(self.parts)
        self.work()
        self.answers = self.outbound()[-1:]
        return self

    @property
    def state(self) -> str:
        with database.unit_of_work(self.parts.engine) as session:
            return session.get_one(CheckInRow, self.check_in_id).state

    @property
    def given(self) -> dict[str, str]:
        """The answers that were recorded, by question."""
        with database.unit_of_work(self.parts.engine) as session:
            return check_in_answers.given_to(session, self.check_in_id)


@pytest.fixture
def parts(parts, time):
    """The real dialogue engine, on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)


@pytest.fixture
def wendy(parts, family):
    """Wendy, seven, by SMS."""
    with Asked(parts, family.child) as talk:
        yield talk


def aged(parts, years):
    return Asked(parts, make_family(parts, birth_year=parts.now().year - years).child)


# Answers


def test_the_questions_follow_one_another_to_the_thanks(wendy):
    wendy.is_asked(HOME)
    assert wendy.said == ["check_in.home", "check_in.mood"]

    assert wendy.taps("face_good").said == ["check_in.safe"]
    assert wendy.taps("yes").said == ["check_in.school"]
    assert wendy.taps("school_yes").said == ["check_in.leave"]
    assert wendy.taps("leave_no").said == ["check_in.thanks"]

    assert wendy.state == "answered"
    assert wendy.given == {
        "mood": "face_good",
        "safe": "yes",
        "school": "school_yes",
        "leave": "leave_no",
    }
    assert wendy.tasks == []


@pytest.mark.parametrize("answer", ["1", "🙂", "bien", "bien gracias", "Uno"])
def test_a_digit_a_face_and_a_word_are_the_same_choice(wendy, answer):
    wendy.is_asked(HOME)
    wendy.says(answer)

    assert wendy.given == {"mood": "face_good"}
    assert wendy.said == ["check_in.safe"]


def test_a_bad_day_is_asked_about_before_the_next_question(wendy):
    wendy.is_asked(HOME)

    assert wendy.says("☹️").said == ["check_in.mood_why"]
    assert wendy.taps("why_miss").said == ["check_in.safe"]
    assert wendy.given == {"mood": "face_bad", "mood_why": "why_miss"}


@pytest.mark.parametrize(("years", "asks_for_papers"), [(15, True), (10, False), (7, False)])
def test_only_adolescents_are_asked_for_their_papers(parts, years, asks_for_papers):
    with aged(parts, years) as talk:
        talk.is_asked(MONTH).taps("face_good").taps("yes")
        talk.taps("school_yes")

    assert talk.said == ["check_in.papers" if asks_for_papers else "check_in.belong"]


def test_a_caregiver_is_asked_and_answers(parts, family):
    with Asked(parts, family.caregiver) as marta:
        marta.is_asked(CAREGIVER)
        assert marta.said == ["check_in.caregiver_home", "check_in.child_seems"]

        marta.says("1").says("si").says("1").says("no").says("3")

    assert marta.said == ["check_in.thanks_caregiver"]
    assert marta.given["threats"] == "no"
    assert marta.state == "answered"


# Own words


TOLD = [
    "un poco triste porque extraño a mi mamá",  # sounds like a question about feelings or family
    "hoy fui a la escuela con mis primos",
    "tengo sueño",  # sounds like "not now"
    "no sé",  # is no "no"
    "aburrido",
    "im sad i miss my friends",
]


@pytest.mark.parametrize("told", TOLD)
def test_whoever_tells_instead_of_choosing_is_thanked_and_a_person_reads_it(wendy, told):
    wendy.is_asked(HOME)
    wendy.says(told)

    assert wendy.said == ["check_in.noted", "check_in.safe"]
    assert wendy.given == {"mood": "own_words"}
    assert "free_answer" in wendy.tasks


def test_own_words_to_the_last_question_come_before_the_thanks(wendy):
    wendy.is_asked(HOME).taps("face_good").taps("yes").taps("school_yes")
    wendy.says("a veces pienso en mi papá que está allá")

    assert wendy.said == ["check_in.noted", "check_in.thanks"]
    assert wendy.state == "answered"


def test_a_no_with_more_words_is_more_than_a_no(parts, family):
    with Asked(parts, family.caregiver) as marta:
        marta.is_asked(CAREGIVER).taps("face_good").taps("yes").taps("school_yes")
        assert marta.said == ["check_in.threats"]
        marta.says("no por ahora todo tranquilo aqui")

    assert marta.given["threats"] == "own_words"


def test_a_yes_in_one_word_that_no_list_knows_is_a_yes(wendy):
    wendy.is_asked(FIRST_DAYS).taps("face_good")
    wendy.says("sipi")

    assert wendy.given["slept"] in ("yes", "own_words")
    assert wendy.said[-1] == "check_in.ate"


@pytest.mark.parametrize("told", ["hola", "gracias", "👋"])
def test_a_greeting_is_no_answer_and_the_question_comes_again(wendy, told):
    wendy.is_asked(HOME)
    wendy.says(told)

    assert wendy.said == ["check_in.mood"]
    assert wendy.given == {}


def test_a_choice_of_another_question_is_no_answer_to_this_one(wendy):
    wendy.is_asked(HOME).taps("face_good")
    wendy.taps("face_good")  # tapped twice

    assert wendy.said == ["check_in.safe"]
    assert wendy.given == {"mood": "face_good"}


@pytest.mark.parametrize("told", ["seguimos en la frontera esperando", "ya estoy con mi mami"])
def test_words_about_the_way_are_noted_and_the_question_stays_open(wendy, told):
    wendy.is_asked(ARRIVED)
    wendy.says(told)

    assert wendy.said == ["check_in.noted", "check_in.arrived"]
    assert wendy.given == {"arrived": "own_words"}
    assert wendy.state == "asked"
    assert wendy.taps("arrived_yes").said == ["check_in.arrived_with"]
    assert wendy.given == {"arrived": "arrived_yes"}


def test_the_words_of_a_caregiver_about_the_way_leave_their_question_open(parts, family):
    with Asked(parts, family.caregiver) as marta:
        marta.is_asked("arrived_home")
        marta.says("aquí la estamos esperando con su abuela")

    assert marta.said == ["check_in.noted", "check_in.child_here"]
    assert marta.state == "asked"


# Something else in between


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("que hay de comer en el viaje?", "orientation.meals.what"),
        ("y quien lee lo que escribo", "orientation.privacy.who_reads"),
        ("numero de emergencia", "orientation.safety_contacts.numbers"),
        ("quiero hablar con una persona", "requests.person"),
    ],
)
def test_a_question_in_between_is_answered_and_ours_comes_again(wendy, asked, answer):
    wendy.is_asked(HOME)
    wendy.says(asked)

    assert answer.rsplit(".", 1)[0] in " ".join(wendy.said)
    assert wendy.said[-1] == "check_in.mood"
    assert wendy.given == {}
    assert wendy.says("1").said == ["check_in.safe"]


@pytest.mark.parametrize("told", ["otra vez", "no te entendi me lo repites"])
def test_the_question_is_said_again_on_request(wendy, told):
    wendy.is_asked(HOME)

    assert wendy.says(told).said == ["check_in.mood"]


def test_a_child_gets_the_question_in_easier_words(parts):
    with aged(parts, 15) as talk:
        talk.is_asked(HOME).taps("face_bad")
        talk.says("no entendi, con palabras mas faciles")

    assert talk.said == ["requests.simpler_intro", "check_in.mood_why"]


def test_a_question_that_only_adolescents_get_has_no_easier_words(parts):
    with aged(parts, 15) as talk:
        talk.is_asked(MONTH).taps("face_good").taps("yes").taps("school_yes")
        talk.says("no entendi, con palabras mas faciles")

    assert talk.said == ["requests.no_simpler", "check_in.papers"]


def test_an_old_button_of_the_orientation_is_answered_and_our_question_comes_again(wendy):
    wendy.is_asked(HOME)
    wendy.taps("next_step")

    assert wendy.said[0].startswith("orientation.")
    assert wendy.said[-1] == "check_in.mood"
    assert wendy.says("1").given == {"mood": "face_good"}


def test_a_list_of_topics_is_not_covered_by_our_question(wendy):
    wendy.is_asked(HOME)
    assert wendy.taps("menu").said == ["requests.menu"]

    wendy.says("1")  # of the list
    assert wendy.said[-1] == "check_in.mood"
    assert wendy.given == {}


def test_another_language_is_chosen_in_between(wendy):
    wendy.is_asked(HOME)
    assert wendy.says("english please").said == ["requests.choose_language"]

    wendy.taps("language_en")
    assert wendy.said == ["requests.language_set", "check_in.mood"]
    assert "How do you feel today?" in wendy.text


def test_our_question_does_not_stand_below_the_question_for_a_new_number(wendy):
    wendy.is_asked(HOME)
    wendy.says("cambie de numero de celular")

    assert wendy.said == ["contact_change.number_ask"]
    assert wendy.says("1").said == ["check_in.safe"]


def test_stop_is_confirmed_first_and_ends_the_questions(wendy):
    wendy.is_asked(HOME)
    assert wendy.says("ya no quiero que me manden mensajes").said == ["requests.confirm_stop"]

    assert wendy.says("1").said == ["subscription.opted_out"]


def test_whoever_keeps_the_messages_is_asked_again(wendy):
    wendy.is_asked(HOME).taps("face_good")
    wendy.says("ya no quiero que me manden mensajes")

    wendy.says("no, mejor no")
    assert wendy.said == ["requests.still_here", "check_in.safe"]
    assert "safe" not in wendy.given


def test_a_yes_to_the_erasure_is_no_answer_to_our_question(wendy):
    wendy.is_asked(HOME).taps("face_good")
    wendy.says("quiero que borren todos mis datos")
    assert wendy.said == ["requests.confirm_delete"]

    wendy.says("si")
    assert wendy.said == ["requests.delete_requested", "check_in.safe"]
    assert "safe" not in wendy.given


# No moment now


def test_whoever_has_no_moment_is_left_alone_and_comes_back(wendy):
    wendy.is_asked(FIRST_DAYS).taps("face_good")
    assert wendy.says("ahorita no puedo, mas tarde").said == ["check_in.later"]
    assert wendy.contact.paused_at is None

    assert wendy.says("gracias").said == ["requests.thank"]
    assert "check_in.slept" not in wendy.says("ok").said
    assert "slept" not in wendy.given

    wendy.says("ya puedo, sigamos")
    assert wendy.said[-1] == "check_in.slept"
    assert wendy.says("si").given["slept"] == "yes"


def test_after_a_while_a_yes_is_an_answer_again(wendy):
    wendy.is_asked(FIRST_DAYS).taps("face_good").taps("check_in_later")
    assert wendy.said == ["check_in.later"]
    with database.unit_of_work(wendy.parts.engine) as session:
        row = session.get_one(ConversationRow, wendy.contact_id)
        row.events = [hour_earlier(event) for event in row.events]

    assert wendy.says("1").given["slept"] == "yes"


def hour_earlier(event):
    """What Rasa keeps bears the time of the real clock."""
    earlier = {**event, "timestamp": (event.get("timestamp") or 3600) - 3600}
    if event.get("name") == "check_in_put_off_at" and event.get("value"):
        earlier["value"] = event["value"] - 3600
    return earlier


def test_the_button_for_a_pause_pauses_everything(wendy):
    wendy.is_asked(HOME).taps("pause")

    assert wendy.said == ["requests.paused"]
    assert wendy.contact.paused_at is not None


# Danger


def test_a_disclosure_ends_the_questions_for_good(wendy):
    wendy.is_asked(HOME).taps("face_good")
    wendy.says("mi tio me pega")

    assert wendy.said[0].startswith("disclosure.")
    assert not any(message.startswith("check_in.") for message in wendy.said)
    assert wendy.state == "interrupted"
    assert "check_in.safe" not in wendy.says("que hay de comer?").said


@pytest.mark.parametrize(
    ("answer", "button"), [("No", {"ButtonPayload": "no"}), ("no", {}), ("3", {})]
)
def test_who_does_not_feel_safe_is_asked_about_danger_and_then_goes_on(wendy, answer, button):
    wendy.is_asked(HOME).taps("face_good")
    wendy.says(answer, **button)
    assert wendy.said == ["disclosure.ask"]

    wendy.taps("danger_no")
    assert wendy.said == ["disclosure.asked_no", "check_in.school"]
    assert wendy.given["safe"] == "no"


def test_a_sign_that_nobody_chose_from_the_menu_is_never_taken_as_a_plain_no(wendy):
    wendy.is_asked(HOME).taps("face_good")
    wendy.says("nel")

    assert wendy.given.get("safe") in (None, "own_words")


# Beginnings and ends


def test_the_question_waits_for_many_turns(wendy):
    wendy.is_asked(HOME).taps("face_good")
    for _ in range(6):
        wendy.says("que hay de comer en el viaje?")
        assert wendy.said[-1] == "check_in.safe"

    assert wendy.says("si").given["safe"] == "yes"


def test_the_next_check_in_takes_the_place_of_one_that_was_not_finished(wendy, time):
    wendy.is_asked(FIRST_DAYS).taps("face_good")
    first = wendy.check_in_id
    time.passes(days=2)
    wendy.is_asked(HOME)

    assert wendy.says("☹️").said == ["check_in.mood_why"]
    assert wendy.given == {"mood": "face_bad"}
    assert wendy.check_in_id != first


def test_a_late_button_of_a_finished_check_in_changes_nothing(wendy):
    wendy.is_asked(HOME).taps("face_good").taps("yes").taps("school_yes").taps("leave_no")
    before = wendy.given

    wendy.taps("leave_sometimes")
    assert wendy.given == before
    assert wendy.taps("open_check_in").said == ["check_in.over"]


@pytest.mark.parametrize("typed", ["1", "ya llegué"])
def test_whoever_says_late_that_they_arrived_is_asked_who_is_there(wendy, typed):
    wendy.is_asked(ARRIVED)
    with database.unit_of_work(wendy.parts.engine) as session:
        session.get_one(CheckInRow, wendy.check_in_id).state = "missed"

    assert wendy.says(typed).said == ["check_in.arrived_with"]
    assert wendy.taps("with_family").said == ["check_in.thanks_arrival"]
    assert wendy.state == "answered"
    assert wendy.contact.arrived_at is not None


def test_the_button_of_an_arrival_is_thanked_for_again(wendy):
    wendy.is_asked(ARRIVED).taps("arrived_yes").taps("with_family")

    assert wendy.taps("arrived_yes").said == ["check_in.thanks_arrival"]
    assert wendy.state == "answered"


def test_whoever_was_on_the_way_says_that_they_are_there_now(wendy):
    wendy.is_asked(ARRIVED).taps("arrived_not_yet")
    assert wendy.said == ["check_in.thanks_arrival"]

    assert wendy.taps("arrived_yes").said == ["check_in.arrived_with"]
    assert wendy.contact.arrived_at is not None


def test_the_button_that_opens_the_questions_says_the_open_one(wendy):
    wendy.is_asked(HOME).taps("face_good")

    assert wendy.taps("open_check_in").said == ["check_in.safe"]


def test_when_the_worker_has_given_up_waiting_nothing_is_asked_any_more(wendy):
    wendy.is_asked(HOME).taps("face_good")
    with database.unit_of_work(wendy.parts.engine) as session:
        session.get_one(CheckInRow, wendy.check_in_id).state = "missed"

    assert wendy.says("que hay de comer?").said[-1] == "questions.more"
    assert wendy.says("si").given == {"mood": "face_good"}


def test_a_question_of_the_walk_is_not_answered_by_a_yes_to_ours(parts, family):
    with Conversation(parts, family.child) as talk:
        talk.is_welcomed()
        assert talk.said[-1] == "orientation.step_menu"
    parts.now.__self__.passes(hours=1)
    wendy = Asked(parts, family.child)

    wendy.is_asked(FIRST_DAYS).taps("face_good")
    assert wendy.taps("yes").said == ["check_in.ate"]


def test_who_was_never_welcomed_hears_first_who_reads_this(parts, family):
    with Asked(parts, family.child) as wendy:
        with database.unit_of_work(parts.engine) as session:
            session.get_one(ContactRow, wendy.contact_id).onboarded_at = None
        wendy.is_asked(HOME)

        assert wendy.says("hola").said[0] == "onboarding.welcome"
        assert wendy.given == {}


def test_the_same_turn_twice_gives_the_same_answer(parts):
    check_in = {"id": str(uuid4()), "questionnaire": "home", "answers": {}}
    metadata = {"audience": "child", "role": "child", "onboarded": True, "check_in": check_in}
    request = TurnRequest(uuid4(), uuid4(), '/choose{"choice":"face_good"}', metadata, [])
    first = parts.dialogue.take_turn(request)
    again = parts.dialogue.take_turn(replace(request, events=first.events))

    assert again.replies == first.replies
    assert [e["do"] for reply in first.replies for e in reply.effects] == ["record_answer"]
    assert [reply.say for reply in first.replies if reply.say] == [("check_in.safe",)]
