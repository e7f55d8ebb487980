"""WhatsApp behind the double: who wrote when, what Meta has approved, and why something fails there."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tests.doubles.twilio_rules import PLACEHOLDER

WINDOW = timedelta(hours=24)

CANNOT_BEGIN = frozenset({"twilio/list-picker", "twilio/location"})
"""Contents that never begin a conversation, approved or not; source: Twilio, error 63016."""

OUTSIDE_THE_WINDOW = 63016
WRONG_NUMBER_OF_VALUES = 63028
VALUE_AGAINST_POLICY = 63013

FOUR_SPACES = " " * 4
"""Source: Twilio, error 63013."""


class Approval(StrEnum):
    """What Meta says of a template."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    """For hours, after people blocked or reported it."""
    DISABLED = "disabled"
    OTHER_LANGUAGE = "other_language"
    """It was approved, but not for the language in which it is sent."""


REFUSED_AS = {
    Approval.PENDING: OUTSIDE_THE_WINDOW,
    Approval.REJECTED: 63040,
    Approval.PAUSED: 63041,
    Approval.DISABLED: 63042,
    Approval.OTHER_LANGUAGE: 63027,
}
"""Source: Twilio, error and warning dictionary."""

Form = Mapping[str, str]


@dataclass
class WhatsApp:
    """The session windows and the templates of one account. A test says when somebody wrote."""

    now: Callable[[], datetime]
    heard: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When somebody wrote last, by their number and by the sender to which they wrote."""
    approvals: dict[str, Approval] = field(default_factory=dict)
    refuses_at_once: bool = False
    """Twilio tells of a failure in a delivery report; with this in its answer, as older accounts saw it."""

    def somebody_writes(self, number: str, sender: str) -> None:
        """Open the window of a day between a person and one of our senders, or open it anew."""
        self.heard[_with_prefix(number), _with_prefix(sender)] = self.now()

    def window_is_open(self, form: Form) -> bool:
        """Return whether free words arrive: the window belongs to the sender that was written to."""
        sender = form.get("From")
        moments = [
            moment
            for (number, written_to), moment in self.heard.items()
            if number == form["To"] and sender in (None, written_to)
        ]
        return any(self.now() < moment + WINDOW for moment in moments)

    def problem(self, form: Form, contents: Mapping[str, Any]) -> int | None:
        """Return the code with which a message fails that Twilio has taken; None if it arrives."""
        if self.window_is_open(form):
            return None
        if "ContentSid" not in form:
            return OUTSIDE_THE_WINDOW
        approval = self.approvals.get(form["ContentSid"], Approval.PENDING)
        kind, content = next(iter(contents[form["ContentSid"]]["types"].items()))
        if approval is not Approval.APPROVED:
            return REFUSED_AS[approval]
        if kind in CANNOT_BEGIN:
            return OUTSIDE_THE_WINDOW
        return _problem_of_values(form, content["body"])


def _problem_of_values(form: Form, body: str) -> int | None:
    values = json.loads(form.get("ContentVariables", "{}"))
    if set(values) != set(PLACEHOLDER.findall(body)):
        return WRONG_NUMBER_OF_VALUES
    if any(FOUR_SPACES in value for value in values.values()):
        return VALUE_AGAINST_POLICY
    return None


def _with_prefix(number: str) -> str:
    return f"whatsapp:{number.removeprefix('whatsapp:')}"
