"""What takes a notification to a person of the staff; refusals are those of sending."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from bot.gateways.sending import Refused


@dataclass(frozen=True)
class Call:
    """One notification on its way. It holds no name and no word of a contact."""

    id: UUID
    channel: str
    number: str = field(repr=False)
    email: str | None = field(repr=False)
    language: str
    text: str
    subject: str
    template: str
    """The message id, which names the approved template on WhatsApp."""
    variables: Mapping[str, str]


class Notifier(Protocol):
    """Whatever can call a person of the staff."""

    def send(self, call: Call) -> str:
        """Hand the notification over and return the provider reference, or raise `SendingFailed`."""


class NotifierByChannel:
    """Each channel with what serves it; a channel that nobody serves refuses, so that the next is tried."""

    def __init__(self, by_channel: Mapping[str, Notifier]) -> None:
        self._by_channel = by_channel

    def send(self, call: Call) -> str:
        """Send on the channel of the call."""
        notifier = self._by_channel.get(call.channel)
        if notifier is None:
            raise Refused
        return notifier.send(call)
