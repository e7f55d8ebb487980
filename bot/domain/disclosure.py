"""What a contact hears after a sign of danger: which messages, in which order. No words, no state."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.domain.contacts import Role


class SafetyStep(StrEnum):
    """What one inbound message means for the contact's safety; stored with the message."""

    ALERT = "alert"
    """A sign of danger: an escalation was opened."""
    JOINED = "joined"
    """A further sign in something that is known already."""
    ASK = "ask"
    """Perhaps a sign: one closed question follows."""
    SAID_YES = "said_yes"
    CANNOT_TALK = "cannot_talk"
    SAID_NO = "said_no"
    NOT_ANSWERED = "not_answered"
    """The closed question is still open and this message does not answer it."""
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    UNREADABLE = "unreadable"
    """Written in a language that nobody here can read: a person has to."""


OPENING = {SafetyStep.ALERT, SafetyStep.JOINED, SafetyStep.SAID_YES, SafetyStep.CANNOT_TALK}
"""A person was called; whatever questions were running stop."""

URGENT = OPENING | {SafetyStep.NOT_REACHED}
"""Answered before anything else that waits, also before older messages."""

BELIEF = {
    "self_harm": "disclosure.thank_you_self_harm",
    "medical_emergency": "disclosure.thank_you_medical",
    "stranded": "disclosure.thank_you_stranded",
    "missing_child": "disclosure.thank_you_missing",
    "fear_of_return": "disclosure.thank_you_fear",
    "basic_needs": "disclosure.thank_you_need",
    "child_labour": "disclosure.thank_you_need",
    "medical": "disclosure.thank_you_need",
    "remigration": "disclosure.thank_you_need",
    "family_rejection": "disclosure.thank_you_need",
    "distress": "disclosure.thank_you_need",
    "stigma_bullying": "disclosure.thank_you_need",
}
"""How a contact is believed; everything else is harm by others."""


@dataclass(frozen=True)
class Disclosed:
    """What the answer depends on; it holds no words and names nobody."""

    step: SafetyStep
    category: str = ""
    speaker: Role = Role.CHILD
    may_be_the_danger: bool = False
    """A caregiver writes of harm that may be their own: no word of an alert."""
    time_is_promised: bool = False
    line_is_open: bool = False
    asked_before: bool = False

    def as_metadata(self) -> dict[str, Any]:
        """Return it as the dialogue engine carries it."""
        return asdict(self)

    @classmethod
    def from_metadata(cls, stored: dict[str, Any]) -> "Disclosed":
        """Read what `as_metadata` wrote."""
        return cls(
            **stored | {"step": SafetyStep(stored["step"]), "speaker": Role(stored["speaker"])}
        )


def answer_to(disclosed: Disclosed) -> tuple[str, ...]:
    """Return the message ids of the answer; empty where the step itself needs none."""
    match disclosed.step:
        case SafetyStep.ALERT | SafetyStep.SAID_YES:
            return (*_believed(disclosed), *_numbers(disclosed))
        case SafetyStep.JOINED:
            first = "disclosure.concern" if disclosed.may_be_the_danger else "disclosure.more"
            return (first, *_numbers(disclosed))
        case SafetyStep.CANNOT_TALK:
            first = (
                "disclosure.concern" if disclosed.may_be_the_danger else "disclosure.cannot_talk"
            )
            return (first, "disclosure.number")
        case SafetyStep.ASK:
            return ("disclosure.ask_again" if disclosed.asked_before else "disclosure.ask",)
        case SafetyStep.NOT_REACHED:
            return ("disclosure.proof_no", *_numbers(disclosed))
        case _:
            return _ALWAYS_THE_SAME.get(disclosed.step, ())


_ALWAYS_THE_SAME = {
    SafetyStep.SAID_NO: ("disclosure.asked_no",),
    SafetyStep.REACHED: ("disclosure.proof_yes",),
    SafetyStep.UNREADABLE: ("fallback.unreadable",),
}


def _believed(disclosed: Disclosed) -> tuple[str, ...]:
    if disclosed.may_be_the_danger:
        return ("disclosure.concern",)
    when = "disclosure.who_when" if disclosed.time_is_promised else "disclosure.who"
    return (BELIEF.get(disclosed.category, "disclosure.thank_you"), when)


def _numbers(disclosed: Disclosed) -> tuple[str, ...]:
    line = ("disclosure.line",) if disclosed.line_is_open else ()
    return ("disclosure.number", *line)
