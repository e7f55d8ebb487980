"""Stands where Rasa stands: plays a questionnaire, the welcome and a pause as the actions do."""

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.contacts import Audience
from bot.domain.dialogue import Reply
from bot.domain.disclosure import Disclosed, answer_to
from bot.domain.questionnaire import OWN_WORDS
from bot.gateways.dialogue import Turn, TurnRequest
from bot.services.programme import programme

PAUSE, RESUME, GREETING = "pausa", "sigamos", "hola"
"""What the population writes to pause and to go on, and to begin."""

REFUSES = "no"
"""What somebody writes who does not agree to the first conversation."""


class PlayedDialogue:
    """Answers every turn from the questions of content/checkins.yml, without understanding language."""

    def take_turn(self, request: TurnRequest) -> Turn:
        """Return what the flows would say and record; the conversation is not carried on."""
        known = request.metadata
        if request.text == "/safety":
            said = answer_to(Disclosed.from_metadata(dict(known["disclosed"])))
            return Turn((Reply(said),), "safety", [])
        if request.text in _WISHES:
            return Turn((_WISHES[request.text],), "pause", [])
        if not known["onboarded"]:
            return Turn((_welcomed(request.text),), "greet", [])
        if check_in := known.get("check_in"):
            return Turn((_next(request.text, check_in, known),), "choose", [])
        return Turn((Reply(("requests.greet",)),), "greet", [])

    def ready(self) -> bool:
        return True


_WISHES = {
    PAUSE: Reply(("requests.paused",), effects=({"do": "pause"},)),
    RESUME: Reply(("requests.resumed",), effects=({"do": "resume"},)),
}


def _welcomed(text: str) -> Reply:
    """Take the whole first conversation as one turn: its questions are Rasa's own affair."""
    given = text != REFUSES
    message = "onboarding.assent_given" if given else "onboarding.assent_refused"
    agreement = {"do": "record_agreement", "given": given}
    return Reply((message,), effects=(agreement, {"do": "finish_onboarding"}))


def _next(text: str, check_in: Mapping[str, Any], known: Mapping[str, Any]) -> Reply:
    """Record the answer to the open question and ask the next one, or give thanks."""
    questionnaire = programme().questionnaires[check_in["questionnaire"]]
    audience, answers = Audience(known["audience"]), dict(check_in["answers"])
    question = questionnaire.next_question(answers, audience)
    effects: list[dict[str, Any]] = []
    said: list[str] = []
    if question is not None:
        chosen = choice_of(text)
        choice = chosen if chosen and chosen in question.options else OWN_WORDS
        if choice == OWN_WORDS:
            said.append("check_in.noted")
        answers[question.id] = choice
        record = {"do": "record_answer", "question": question.id, "choice": choice}
        effects.append(record | {"check_in": check_in["id"]})
    following = questionnaire.next_question(answers, audience)
    if following is None:
        effects.append({"do": "finish_check_in", "check_in": check_in["id"]})
    said.append(following.say if following else questionnaire.thanks)
    return Reply(tuple(said), effects=tuple(effects))


def choice_of(text: str) -> str | None:
    """Return the choice that one of our buttons sends."""
    if text in _PLAIN:
        return _PLAIN[text]
    name, brace, rest = text.partition("{")
    if name == "/choose" and brace:
        return str(json.loads(brace + rest)["choice"])
    return None


_PLAIN = {"/affirm": "yes", "/deny": "no"}
