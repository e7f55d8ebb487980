"""What Twilio's SDK and its HTTP client raise, translated into failures that say what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from urllib3.exceptions import NewConnectionError, ProxyError

from bot.gateways.sending import OutcomeUnknown, SendingFailed, TryLater
from bot.gateways.twilio_outcomes import outcome_of


@contextmanager
def failures_named() -> Iterator[None]:
    """Raise a `SendingFailed` for whatever a call of the SDK raises; an unreadable answer is a lost one."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as refusal:
        raise outcome_of(refusal.status, refusal.code) from None
    except requests.ConnectionError as failure:
        raise _of_connection(failure) from None
    except (requests.RequestException, TwilioException, ValueError):
        raise OutcomeUnknown from None


def _of_connection(failure: requests.ConnectionError) -> SendingFailed:
    """A connection that never stood carried nothing; one that broke later may have."""
    reason = getattr(failure.args[0], "reason", None) if failure.args else None
    never_stood = isinstance(reason, NewConnectionError | ProxyError)
    if never_stood or isinstance(failure, requests.ConnectTimeout):
        return TryLater()
    return OutcomeUnknown()
