"""Twilio: the one module that talks to its REST API and knows its signature."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.domain.channels import Channel
from bot.gateways.sending import OutcomeUnknown, Parcel, SendingFailed, TryLater
from bot.gateways.twilio_content import content_request
from bot.gateways.twilio_outcomes import outcome_of
from bot.settings import Settings

ANSWER_SECONDS = 10
"""The SDK waits for ever unless it is told."""

Remember = Callable[[str, Callable[[], str]], str]
"""Returns the stored provider reference of a fingerprint, or makes and stores it."""


class TwilioProvider:
    """Sends through a Twilio account."""

    def __init__(self, settings: Settings, remember_content: Remember) -> None:
        self._settings = settings
        self._remember = remember_content
        self._client = _client(settings)

    def send(self, parcel: Parcel) -> str:
        """Create the message; our id in the status callback brings its fate even if the answer is lost."""
        try:
            message = self._client.messages.create(
                to=parcel.to.for_provider,
                status_callback=self._callback(parcel),
                **self._from(parcel),
                **self._body(parcel),
            )
        except SendingFailed:
            raise
        except TwilioRestException as refusal:
            raise outcome_of(refusal.status, refusal.code) from None
        except (requests.ConnectTimeout, requests.exceptions.SSLError):
            raise TryLater from None
        except requests.ConnectionError as failure:
            raise (_never_left(failure)) from None
        except (requests.RequestException, TwilioException):
            raise OutcomeUnknown from None
        return str(message.sid)

    def find(self, parcel: Parcel, since: datetime) -> str | None:
        """Look through what was sent to the number since then for this text."""
        try:
            sent = self._client.messages.list(
                to=parcel.to.for_provider,
                date_sent_after=since - timedelta(minutes=1),
                limit=50,
            )
        except TwilioRestException as refusal:
            raise outcome_of(refusal.status, refusal.code) from None
        except (requests.RequestException, TwilioException):
            raise TryLater from None
        return next((str(m.sid) for m in sent if m.body == parcel.text), None)

    def _callback(self, parcel: Parcel) -> str:
        base = self._settings.reached_at
        return f"{base}/twilio/{parcel.to.channel}/status?message={parcel.id}"

    def _from(self, parcel: Parcel) -> dict[str, str]:
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.sender(parcel.to.channel)}

    def _body(self, parcel: Parcel) -> dict[str, Any]:
        if parcel.to.channel is not Channel.WHATSAPP or parcel.form == "none":
            return {"body": parcel.text}
        return {
            "content_sid": self._content_sid(parcel),
            "content_variables": json.dumps({"1": parcel.text}),
        }

    def _content_sid(self, parcel: Parcel) -> str:
        """Return Twilio's reference of these buttons; they are created once per set and language."""
        fingerprint = _fingerprint(parcel)

        def create() -> str:
            request = content_request(parcel, fingerprint)
            return str(self._client.content.v1.contents.create(request).sid)

        return self._remember(fingerprint, create)


def _client(settings: Settings) -> Client:
    client = Client(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        http_client=TwilioHttpClient(timeout=ANSWER_SECONDS, max_retries=0),
    )
    if settings.twilio_api_url:
        for service in (client.api, client.content):
            service.base_url = settings.twilio_api_url.rstrip("/")
    return client


def account_problem(settings: Settings) -> str | None:
    """Return one sentence about what is wrong with the account, None if it answers."""
    try:
        _client(settings).api.v2010.accounts(settings.twilio_account_sid).fetch()
    except TwilioRestException as refusal:
        return f"Twilio refuses the account (status {refusal.status}): check SID and token."
    except (requests.RequestException, TwilioException):
        return "Twilio cannot be reached."
    return None


def _fingerprint(parcel: Parcel) -> str:
    shown = [
        parcel.form,
        parcel.language,
        *(f"{c.id}={c.title}" for c in parcel.choices),
    ]
    return hashlib.sha256("|".join(shown).encode()).hexdigest()


def _never_left(failure: requests.ConnectionError) -> SendingFailed:
    """A refused connection sent nothing; one that broke later may have."""
    return TryLater() if "NewConnectionError" in repr(failure) else OutcomeUnknown()


def valid_signature(token: str, url: str, form: Any, signature: str) -> bool:
    """Return whether Twilio signed this form for this address; no token means no."""
    return bool(token) and RequestValidator(token).validate(url, form, signature)


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the signature that Twilio would send, for the simulator and the stand-in."""
    return str(RequestValidator(token).compute_signature(url, form))
