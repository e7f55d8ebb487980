"""How a test tells the double to answer something else than it would by itself."""

from dataclasses import dataclass

from tests.doubles.twilio_rules import Refusal

BUSY = Refusal(429, 20429)
OPTED_OUT = Refusal(400, 21610)
NO_SUCH_NUMBER = Refusal(400, 21211)
OUTSIDE_THE_WINDOW = Refusal(400, 63016)
DAILY_LIMIT = Refusal(429, 63038)
"""Source of the status: twilio-php, issue 661, where the answer is quoted."""
UNAUTHENTICATED = Refusal(401, 20003, "Authenticate")
NOT_FOUND = Refusal(404, 20404, "not found")


@dataclass(frozen=True)
class Lost:
    """The message is taken, but its answer is a 500, or the connection breaks without one."""

    drop: bool = False
    stored: bool = True


@dataclass(frozen=True)
class Slow:
    """The message is taken, and the answer comes after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Garbled:
    """The message is taken, and the answer is this instead of a message."""

    body: str


Script = Refusal | Lost | Slow | Garbled
