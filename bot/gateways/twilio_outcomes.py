"""Twilio's error codes as a table: what each refusal means for us."""

from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Refused,
    SendingFailed,
    TryLater,
    UseOtherChannel,
)

OUTCOME_BY_CODE: dict[int, type[SendingFailed]] = {
    20429: TryLater,  # too many requests at once; never processed
    63018: TryLater,  # channel rate limit
    63017: TryLater,  # account rate limit
    30001: TryLater,  # queue overflow
    21611: TryLater,  # the sender's queue is full
    63016: UseOtherChannel,  # outside the session window without a template
    63003: UseOtherChannel,  # not found on the channel
    63024: UseOtherChannel,  # invalid recipient on WhatsApp
    63015: UseOtherChannel,  # not a member of the sandbox
    63032: UseOtherChannel,  # WhatsApp cannot send to this user now
    21610: AddressOptedOut,  # replied STOP
    63033: AddressOptedOut,  # blocked the sender
    21211: AddressUnreachable,  # not a valid number
    21614: AddressUnreachable,  # not a mobile number
    21612: AddressUnreachable,  # no route to it
    30003: AddressUnreachable,  # handset unreachable
    30005: AddressUnreachable,  # unknown handset
    30006: AddressUnreachable,  # landline or unreachable carrier
    30007: Refused,  # filtered by the carrier
    30034: Refused,  # sender not registered
    21617: Refused,  # text too long
}
"""Source: Twilio, error and warning dictionary."""


def outcome_of(status: int, code: int | None) -> SendingFailed:
    """Return the named failure of an HTTP status and an error code; an unknown 4xx is final.

    401 is about our account, not about the message: it waits until somebody mends the token.
    """
    if code in OUTCOME_BY_CODE:
        return OUTCOME_BY_CODE[code](code)
    if status in (401, 429):
        return TryLater(code)
    if status >= 500:
        return OutcomeUnknown(code)
    return Refused(code)


def outcome_of_report(code: int | None) -> SendingFailed | None:
    """Return what a delivery report's error code means, None for an unknown one."""
    kind = OUTCOME_BY_CODE.get(code) if code else None
    return kind(code) if kind else None


FAILED_MESSAGES = frozenset({"undelivered", "failed", "canceled"})
FAILED_CALLS = frozenset({"busy", "failed", "no-answer", "canceled"})
"""Last words of a message's and of a call's status reports; source: Twilio, Message and Call resource."""
