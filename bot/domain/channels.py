"""Channels and the addresses that reach a contact on them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import AcompanaError

E164 = re.compile(r"\+[1-9]\d{6,14}")


class Channel(StrEnum):
    """How a contact writes to us."""

    SMS = "sms"
    WHATSAPP = "whatsapp"


def plain_number(number: str) -> str:
    """Return a number as people and Twilio write it in E.164; a sentence says what is wrong with it."""
    plain = re.sub(r"[\s().-]", "", number.removeprefix("whatsapp:"))
    if not E164.fullmatch(plain):
        raise AcompanaError("A phone number needs its country code, such as +50255501234.")
    return plain


@dataclass(frozen=True)
class Address:
    """A phone number on a channel; `number` is E.164, without Twilio's `whatsapp:` prefix."""

    channel: Channel
    number: str

    @classmethod
    def of(cls, channel: Channel, number: str) -> "Address":
        """Read a number as people and Twilio write it."""
        return cls(channel, plain_number(number))

    @property
    def for_provider(self) -> str:
        """The number as Twilio writes it on this channel."""
        return f"whatsapp:{self.number}" if self.channel is Channel.WHATSAPP else self.number
