"""What a provider does with a message, and how a refusal is named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.channels import Address
from bot.domain.menus import Choice


@dataclass(frozen=True)
class Parcel:
    """One outbound message on its way to a provider."""

    id: UUID
    to: Address = field(repr=False)
    text: str = field(repr=False)
    form: str
    choices: Sequence[Choice]
    language: str
    template: str | None = None
    """The provider's reference of an approved message that is sent instead of the text."""
    country: str | None = None
    """Where the contact is now: a sender of that country is used where there is one."""


class SendingFailed(Exception):
    """The provider did not take the message; the class says what to do next."""

    def __init__(self, code: int | None = None) -> None:
        super().__init__(f"{type(self).__name__} {code}")
        self.code = code


class TryLater(SendingFailed):
    """Busy or unreachable, and surely not sent: the same message may be sent again."""


class OutcomeUnknown(SendingFailed):
    """The answer was lost; whether the message left has to be found out first."""


class UseOtherChannel(SendingFailed):
    """This channel cannot reach the contact now; another one may."""


class TemplateRefused(UseOtherChannel):
    """The approved message is not taken, whoever it goes to; plain words may be, and another channel is."""


class AddressOptedOut(SendingFailed):
    """The contact told the provider to stop; nobody writes to this address again."""


class AddressUnreachable(SendingFailed):
    """The number does not exist or cannot receive; a person has to look."""


class Refused(SendingFailed):
    """The provider will never take this message as it is."""


class Provider(Protocol):
    """Whatever can send."""

    def send(self, parcel: Parcel) -> str:
        """Hand the message over and return the provider reference, or raise `SendingFailed`."""

    def find(self, parcel: Parcel, since: datetime) -> Sequence[str]:
        """Return the references of messages that may be this one; none if it surely did not leave.

        Two messages may say the same words, so whoever asks leaves out what is known otherwise.
        """
