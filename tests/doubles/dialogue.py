"""A dialogue engine that is down, refuses, or answers as a test says."""

from collections.abc import Sequence

from bot.domain.dialogue import Reply
from bot.domain.disclosure import Disclosed, answer_to
from bot.gateways.dialogue import Turn, TurnRequest


class ScriptedDialogue:
    """Answers every message with the same replies, or raises the failure that is set.

    What is about safety it answers as the disclosure flow does.
    """

    def __init__(self, say: Sequence[str] = ("requests.greet",)) -> None:
        self.replies: tuple[Reply, ...] = (Reply(tuple(say)),)
        self.failure: Exception | None = None
        self.intent = "greet"
        self.requests: list[TurnRequest] = []

    def take_turn(self, request: TurnRequest) -> Turn:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        if request.text == "/safety":
            return Turn(
                (Reply(answer_to(Disclosed.from_metadata(request.metadata["disclosed"]))),),
                "safety",
                [],
            )
        return Turn(self.replies, self.intent, [])

    def ready(self) -> bool:
        return self.failure is None
