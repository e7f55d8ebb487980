"""Twilio's error codes as a table: what each refusal means for us."""

from bot.gateways.sending import (
    AddressOptedOut,
    AddressUnreachable,
    OutcomeUnknown,
    Refused,
    SendingFailed,
    TemplateRefused,
    TryLater,
    UseOtherChannel,
)

OUTCOME_BY_CODE: dict[int, type[SendingFailed]] = {
    # Too much at once: the same message leaves later
    20429: TryLater,  # too many requests at once; never processed
    63018: TryLater,  # the sender's or the pair's rate, or Meta's limit of new conversations a day
    63017: TryLater,  # account rate limit
    63038: TryLater,  # the account's limit of messages in 24 hours
    60728: TryLater,  # the account's limit of an hour
    30001: TryLater,  # queue overflow
    21611: TryLater,  # the sender's queue is full
    63009: TryLater,  # WhatsApp failed by itself
    63010: TryLater,  # Twilio failed by itself
    63012: TryLater,  # WhatsApp failed by itself
    # Our account or settings: the message waits until somebody has mended them
    20404: TryLater,  # no such account or messaging service
    21606: TryLater,  # the sender cannot send SMS, or is not ours
    21659: TryLater,  # the sender is no number of Twilio's
    21660: TryLater,  # the sender is another account's
    21408: TryLater,  # SMS to this country is not switched on
    # WhatsApp does not reach this person, or not now: SMS does
    63016: UseOtherChannel,  # outside the session window without an approved template
    63003: UseOtherChannel,  # not found on the channel
    63024: UseOtherChannel,  # not on WhatsApp, or without its newer terms
    63015: UseOtherChannel,  # not a member of the sandbox
    63032: UseOtherChannel,  # in one of WhatsApp's experiments: gets nothing from us
    63023: UseOtherChannel,  # a failure without a name
    # WhatsApp does not take our sender: SMS does
    63001: UseOtherChannel,  # the sender is not signed in
    63002: UseOtherChannel,  # WhatsApp does not know the sender
    63007: UseOtherChannel,  # Twilio does not know the sender
    63008: UseOtherChannel,  # the sender is not set up
    63020: UseOtherChannel,  # Meta's business account is not set up
    63051: UseOtherChannel,  # the sender is locked
    63112: UseOtherChannel,  # Meta has switched the business account off
    # The template or its values are not taken, whoever it is for: SMS says it
    21655: TemplateRefused,  # no such ContentSid in this account
    21656: TemplateRefused,  # its variables are no JSON, or empty
    92002: TemplateRefused,  # too many variables
    92007: TemplateRefused,  # its variables are no JSON, or empty
    63027: TemplateRefused,  # not approved in this language
    63028: TemplateRefused,  # another number of values than it has places
    63013: TemplateRefused,  # a value is against WhatsApp's rules: empty, wide spaces
    63005: TemplateRefused,  # WhatsApp does not accept this content
    63006: TemplateRefused,  # the content has no form for this channel
    63021: TemplateRefused,  # too long with its values
    63029: TemplateRefused,  # the phone could not load it
    63030: TemplateRefused,  # a parameter that this type of message does not have
    63040: TemplateRefused,  # Meta rejected it
    63041: TemplateRefused,  # Meta paused it for some hours
    63042: TemplateRefused,  # Meta switched it off
    63049: TemplateRefused,  # Meta counts it as marketing and did not deliver it
    # They want nothing from us there
    21610: AddressOptedOut,  # replied STOP
    63014: AddressOptedOut,  # blocked the sender
    63033: AddressOptedOut,  # blocked the sender
    # The number itself
    21211: AddressUnreachable,  # not a valid number
    21614: AddressUnreachable,  # not a mobile number
    21612: AddressUnreachable,  # no route to it
    30003: AddressUnreachable,  # handset unreachable
    30005: AddressUnreachable,  # unknown handset
    30006: AddressUnreachable,  # landline or unreachable carrier
    # The message as it is
    30007: Refused,  # filtered by the carrier
    30034: Refused,  # sender not registered
    21617: Refused,  # text too long
}
"""Source: Twilio, error and warning dictionary. 21655 and 21656 come with the answer; 63... nearly always
in a delivery report, which may be minutes later; 63038 is an answer with status 429."""


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
