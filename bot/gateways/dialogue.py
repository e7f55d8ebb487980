"""The dialogue engine: one turn over loopback HTTP, failures named by what to do next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import httpx

from bot.domain.dialogue import Reply, ReplyError

TURN_SECONDS = 20
"""The longest a contact's row stays locked for one turn."""


class DialogueDown(Exception):
    """The dialogue engine cannot be reached or is not ready; trying again later will help."""


class DialogueRefused(Exception):
    """The dialogue engine is there but has no answer to this message."""


@dataclass(frozen=True)
class Turn:
    """What one message led to; `events` is the conversation to carry into the next turn."""

    replies: tuple[Reply, ...]
    intent: str | None
    events: Sequence[Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class TurnRequest:
    """One message for the dialogue engine, which learns an opaque id and the text."""

    contact_id: UUID
    message_id: UUID
    text: str = field(repr=False)
    metadata: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]] = field(repr=False)


class Dialogue(Protocol):
    """Whatever can take a turn."""

    def take_turn(self, request: TurnRequest) -> Turn:
        """Answer one message, or raise `DialogueDown` or `DialogueRefused`."""

    def ready(self) -> bool:
        """Return whether a model is loaded."""


class RasaDialogue:
    """Rasa behind our own channel."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=f"{base_url}/webhooks/acompana",
            timeout=TURN_SECONDS,
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def take_turn(self, request: TurnRequest) -> Turn:
        """Post the turn; 503 with `temporary` and every transport failure mean `DialogueDown`."""
        body = {
            "sender": str(request.contact_id),
            "message_id": str(request.message_id),
            "text": request.text,
            "metadata": dict(request.metadata),
            "events": list(request.events),
        }
        try:
            response = self._client.post("/turn", json=body)
        except httpx.TransportError as failure:
            raise DialogueDown(type(failure).__name__) from None
        return _read_turn(response)

    def ready(self) -> bool:
        """Ask the channel whether its model is loaded."""
        try:
            return self._client.get("/", timeout=2).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def understand(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Return intent and confidence of each text."""
        try:
            answer = self._client.post("/understand", json={"texts": list(texts)}).json()
        except httpx.TransportError as failure:
            raise DialogueDown(type(failure).__name__) from None
        return list(answer["intents"])


def _read_turn(response: httpx.Response) -> Turn:
    try:
        answer = response.json()
    except ValueError:
        raise DialogueDown(f"status {response.status_code}") from None
    if response.status_code != httpx.codes.OK:
        failure = DialogueDown if answer.get("temporary") else DialogueRefused
        raise failure(str(answer.get("error", response.status_code)))
    try:
        replies = tuple(Reply.read(payload) for payload in answer["replies"])
    except ReplyError as wrong:
        raise DialogueRefused(str(wrong)) from wrong
    if not replies:
        raise DialogueRefused("no reply")
    return Turn(replies, answer["intent"]["name"], answer["events"])
