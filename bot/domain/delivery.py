"""What became of an outbound message; the status is a table and never goes backwards."""

from enum import StrEnum


class Status(StrEnum):
    """Where an outbound message is, as a case manager would say it."""

    QUEUED = "queued"
    """Waiting for its turn."""
    SENDING = "sending"
    """Being handed to the provider; if we crash now the outcome is unknown."""
    ACCEPTED = "accepted"
    """The provider has it."""
    SENT = "sent"
    """It left the provider."""
    DELIVERED = "delivered"
    """It is on the phone."""
    READ = "read"
    """It was opened (WhatsApp only)."""
    UNDELIVERED = "undelivered"
    """It did not reach the phone."""
    FAILED = "failed"
    """It was refused for good."""
    CANCELLED = "cancelled"
    """We withdrew it before it was sent, because the contact opted out."""


_RANK = {
    Status.QUEUED: 0,
    Status.SENDING: 1,
    Status.ACCEPTED: 2,
    Status.SENT: 3,
    Status.UNDELIVERED: 4,
    Status.FAILED: 4,
    Status.DELIVERED: 5,
    Status.READ: 6,
    Status.CANCELLED: 7,
}

MAY_BECOME = {
    current: frozenset(s for s in Status if _RANK[s] > _RANK[current] and s is not Status.CANCELLED)
    for current in Status
}

_BY_PROVIDER_WORD = {
    "accepted": Status.ACCEPTED,
    "scheduled": Status.ACCEPTED,
    "queued": Status.ACCEPTED,
    "sending": Status.ACCEPTED,
    "sent": Status.SENT,
    "partially_delivered": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}
"""Twilio's message statuses; source: Twilio, message resource, status values."""


def latest(current: Status, reported: Status) -> Status:
    """Return the status to keep: reports arrive late, twice and out of order."""
    return reported if reported in MAY_BECOME[current] else current


def status_of(provider_word: str) -> Status | None:
    """Return what a provider's word means, None for a word that we do not know."""
    return _BY_PROVIDER_WORD.get(provider_word.lower())
