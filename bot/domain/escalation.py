"""An escalation: our record that a person must act, from the first sign to the proof."""

from enum import StrEnum

from bot.errors import AcompanaError


class State(StrEnum):
    """Where an escalation stands."""

    OPEN = "open"
    """Nobody has taken it yet."""
    ACKNOWLEDGED = "acknowledged"
    """A named person has said: I have it."""
    ACTED = "acted"
    """That person has recorded what they did."""
    CONFIRMED = "confirmed"
    """The contact has said that somebody reached them."""
    CLOSED = "closed"
    """A person has decided that the danger is dealt with."""


class Step(StrEnum):
    """One link of the chain, with its time."""

    OPENED = "opened"
    JOINED = "joined"
    """A further sign belongs to the same disclosure."""
    RAISED = "raised"
    NOTIFIED = "notified"
    """A provider has taken a notification to a named person."""
    NOTIFICATION_FAILED = "notification_failed"
    ROTA_GAP = "rota_gap"
    """Nobody is on duty: the supervisor is called instead."""
    PASSED_ON = "passed_on"
    """No acknowledgement in time, or refused: the next person is called."""
    STANDING_LINE = "standing_line"
    """Nobody of the rota answered: the programme's standing line is called."""
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    CALL_REQUESTED = "call_requested"
    ACTED = "acted"
    PROOF_ASKED = "proof_asked"
    PROOF_YES = "proof_yes"
    PROOF_NO = "proof_no"
    PROOF_SILENT = "proof_silent"
    CONFIRMED = "confirmed"
    CLOSED = "closed"
    REOPENED = "reopened"
    RELEASED = "released"
    """The journey may be spoken of as settled again."""
    KEPT_HELD = "kept_held"
    """A person has looked, and it still may not."""


MAY_BECOME = {
    State.OPEN: {State.ACKNOWLEDGED, State.CLOSED},
    State.ACKNOWLEDGED: {State.OPEN, State.ACTED, State.CLOSED},
    State.ACTED: {State.OPEN, State.CONFIRMED, State.CLOSED},
    State.CONFIRMED: {State.OPEN, State.CLOSED},
    State.CLOSED: {State.OPEN},
}
"""Only a person closes; a new sign, or a contact whom nobody reached, opens it again."""


class EscalationError(AcompanaError):
    """An escalation cannot take that step from where it stands."""


def next_state(current: State, wanted: State) -> State:
    """Return the wanted state, or refuse with one sentence."""
    if wanted not in MAY_BECOME[current]:
        raise EscalationError(f"An escalation that is {current} cannot become {wanted}.")
    return wanted
