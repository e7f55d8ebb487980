"""What the dialogue engine answers: message ids to say and effects to record, never words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.errors import AcompanaError

EFFECTS = {
    "set_language": {"language"},
    "set_age_band": {"age_band"},
    "set_writer": {"writer"},
    "record_agreement": {"given"},
    "finish_onboarding": set(),
    "opt_out": set(),
    "pause": set(),
    "resume": set(),
    "queue_task": {"kind"},
    "note_topic": {"topic"},
    "repeat_last": set(),
    "record_answer": {"check_in", "question", "choice"},
    "finish_check_in": {"check_in"},
}
"""Everything a reply may ask the worker to record, with the values each one needs.

The worker applies them in the transaction that stores the replies, so a turn that is repeated after
a crash leaves one trace.
"""


class ReplyError(AcompanaError):
    """The dialogue engine answered something that is not a reply."""


@dataclass(frozen=True)
class Reply:
    """One bubble: message ids said one after another, for whom they are simplified, what they record."""

    say: tuple[str, ...] = ()
    simpler: bool = False
    effects: tuple[Mapping[str, Any], ...] = field(default=())

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> "Reply":
        """Read one payload of the dialogue engine; unknown keys and effects are refused."""
        effects = tuple(payload.get("effects", ()))
        if set(payload) - {"say", "simpler", "effects"}:
            raise ReplyError(f"A reply has unknown keys: {', '.join(sorted(payload))}.")
        for effect in effects:
            _check(effect)
        return cls(tuple(payload.get("say", ())), bool(payload.get("simpler")), effects)

    def as_payload(self) -> dict[str, Any]:
        """Return the reply as the actions hand it to Rasa."""
        payload: dict[str, Any] = {"say": list(self.say)}
        if self.simpler:
            payload["simpler"] = True
        if self.effects:
            payload["effects"] = [dict(e) for e in self.effects]
        return payload


def _check(effect: Mapping[str, Any]) -> None:
    name = effect.get("do")
    if name not in EFFECTS:
        raise ReplyError(f"A reply asks for the unknown effect {name!r}.")
    if missing := EFFECTS[name] - set(effect):
        raise ReplyError(f"The effect {name} lacks {', '.join(sorted(missing))}.")
