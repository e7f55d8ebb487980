"""Where an unasked message goes: which address, and whether the provider lets free words through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bot.domain.channels import Channel

SESSION_WINDOW = timedelta(hours=24)
"""For so long after a contact wrote on WhatsApp free words may be sent; source: Twilio, WhatsApp rules."""

NEVER = datetime.min.replace(tzinfo=UTC)


class Way(StrEnum):
    """How something is said first."""

    DIRECT = "direct"
    """The words themselves."""
    TEMPLATE = "template"
    """An approved neutral message; the words follow the answer."""
    ASK_WHO = "ask_who"
    """Who holds the phone is asked first."""


@dataclass(frozen=True)
class Reach:
    """One address of a contact."""

    id: UUID
    channel: Channel
    heard_at: datetime | None = None
    opted_out: bool = False
    unreachable_at: datetime | None = None
    retired: bool = False
    shared: bool = False
    speaking_at: datetime | None = None
    """When this contact was last known to hold a shared phone."""

    @property
    def is_usable(self) -> bool:
        return not self.opted_out and not self.retired

    @property
    def is_lost(self) -> bool:
        """Whether nothing arrives there; it counts again once somebody has written from it since."""
        if self.unreachable_at is None:
            return False
        return self.heard_at is None or self.heard_at <= self.unreachable_at

    def window_is_open(self, now: datetime) -> bool:
        """Return whether free words arrive: always by SMS, for a day after they wrote on WhatsApp."""
        if self.channel is Channel.SMS:
            return True
        return self.heard_at is not None and now < self.heard_at + SESSION_WINDOW


@dataclass(frozen=True)
class Route:
    """One way to say something."""

    address: Reach
    way: Way


def route(
    addresses: Sequence[Reach], now: datetime, *, has_template: bool, avoid: UUID | None = None
) -> Route | None:
    """Return where and how to say something first; None where nothing would arrive.

    Best where the contact wrote last. WhatsApp outside the session window needs an approved template;
    without one SMS is used. `avoid` names an address that met silence: another one is tried first.
    """
    usable = [a for a in addresses if a.is_usable and not a.is_lost]
    best_first = sorted(usable, key=lambda a: a.heard_at or NEVER, reverse=True)
    best_first.sort(key=lambda a: a.id == avoid)
    for address in best_first:
        if address.window_is_open(now):
            is_known = not address.shared or _speaks(address, now)
            return Route(address, Way.DIRECT if is_known else Way.ASK_WHO)
        if has_template:
            return Route(address, Way.TEMPLATE)
    return None


SPEAKS_FOR = timedelta(hours=2)
"""For so long after they said who they are, the same person is taken to hold a shared phone."""


def _speaks(address: Reach, now: datetime) -> bool:
    return address.speaking_at is not None and now < address.speaking_at + SPEAKS_FOR
