"""Twilio: the one module that talks to its REST API and knows its signature."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.domain.channels import Channel
from bot.gateways.sending import (
    OutcomeUnknown,
    Parcel,
    Refused,
    SendingFailed,
    TemplateRefused,
    TryLater,
)
from bot.gateways.twilio_content import (
    content_request,
    fingerprint,
    shows_choices,
    variables,
    with_numbers,
)
from bot.gateways.twilio_failures import failures_named
from bot.settings import Settings

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 10
"""The SDK waits for ever unless it is told."""

LOOKED_THROUGH = 50
"""Messages to one number among which a lost one is looked for; nobody gets so many in minutes."""

CLOCKS_DIFFER = timedelta(minutes=1)

Remember = Callable[[str, Callable[[], str]], str]
"""Returns the stored provider reference of a fingerprint, or makes and stores it."""


class TwilioProvider:
    """Sends through a Twilio account."""

    def __init__(self, settings: Settings, remember_content: Remember) -> None:
        self._settings = settings
        self._remember = remember_content
        self._client = twilio_client(settings)

    def send(self, parcel: Parcel) -> str:
        """Create the message; our id in the status callback brings its fate even if the answer is lost.

        Buttons that Twilio does not know any more leave as numbers; an approved message has no other form.
        """
        try:
            return self._create(parcel, self._body(parcel))
        except TemplateRefused as refusal:
            if parcel.template or not shows_choices(parcel):
                raise
            logger.warning("buttons of %s were refused: %s", parcel.id, refusal.code)
            return self._create(parcel, {"body": with_numbers(parcel)})

    def find(self, parcel: Parcel, since: datetime) -> Sequence[str]:
        """Look through what was created for the number since then for this text, newest first.

        Not by the date of sending: a message that still waits in Twilio's queue has none. An approved
        message is found whatever it says: its words stand at Meta, not here.
        """
        with failures_named():
            sent = self._client.messages.list(to=parcel.to.for_provider, limit=LOOKED_THROUGH)
        texts = {_words(parcel.text), _words(with_numbers(parcel))}
        created_after = since - CLOCKS_DIFFER
        return [
            str(m.sid)
            for m in sent
            if m.date_created
            and m.date_created >= created_after
            and (parcel.template or _words(m.body or "") in texts)
        ]

    def _create(self, parcel: Parcel, body: dict[str, Any]) -> str:
        with failures_named():
            message = self._client.messages.create(
                to=parcel.to.for_provider,
                status_callback=self._callback(parcel),
                **self._from(parcel),
                **body,
            )
        return _sid(message.sid)

    def _callback(self, parcel: Parcel) -> str:
        base = self._settings.reached_at
        return f"{base}/twilio/{parcel.to.channel}/status?message={parcel.id}"

    def _from(self, parcel: Parcel) -> dict[str, str]:
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.sender(parcel.to.channel, parcel.country)}

    def _body(self, parcel: Parcel) -> dict[str, Any]:
        if parcel.template:
            return {"content_sid": parcel.template}
        if not shows_choices(parcel):
            is_plain = parcel.to.channel is Channel.SMS or not parcel.choices
            return {"body": parcel.text if is_plain else with_numbers(parcel)}
        try:
            content_sid = self._content_sid(parcel)
        except (Refused, TemplateRefused) as refusal:
            logger.warning("content for %s was refused: %s", parcel.id, refusal.code)
            return {"body": with_numbers(parcel)}
        return {"content_sid": content_sid, "content_variables": json.dumps(variables(parcel))}

    def _content_sid(self, parcel: Parcel) -> str:
        """Return Twilio's reference of these buttons, created once per set, language and shape.

        Nothing was sent yet, so a lost answer only means trying again.
        """
        name = fingerprint(self._settings.twilio_account_sid, parcel)

        def create() -> str:
            with failures_named():
                made = self._client.content.v1.contents.create(content_request(parcel, name))
            return _sid(made.sid)

        try:
            return self._remember(name, create)
        except OutcomeUnknown as lost:
            raise TryLater(lost.code) from None


def twilio_client(settings: Settings) -> Client:
    """Return the SDK's client for this account and address."""
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
    """Return one sentence about what is wrong with the account, None if it answers and is active."""
    try:
        with failures_named():
            account = (
                twilio_client(settings).api.v2010.accounts(settings.twilio_account_sid).fetch()
            )
    except SendingFailed as failure:
        if failure.code is None or isinstance(failure, OutcomeUnknown):
            return "Twilio cannot be reached."
        return f"Twilio refuses the account (code {failure.code}): check SID and token."
    return None if account.status == "active" else f"The Twilio account is {account.status}."


def _sid(answered: str | None) -> str:
    """Return the reference of an answer; one that names none says nothing about what happened."""
    if not answered:
        raise OutcomeUnknown
    return answered


def _words(text: str) -> str:
    """Return a text without regard to line breaks and spaces, which Twilio does not keep exactly."""
    return " ".join(text.split())


def valid_signature(token: str, url: str, form: Any, signature: str) -> bool:
    """Return whether Twilio signed this form for this address; no token means no."""
    return bool(token) and RequestValidator(token).validate(url, form, signature)


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """Return the signature that Twilio would send, for the simulator and the stand-in."""
    return str(RequestValidator(token).compute_signature(url, form))
