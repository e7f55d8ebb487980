"""Notifications through Twilio: SMS, WhatsApp templates, voice calls."""

import json
from collections.abc import Mapping

from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.gateways.notifying import Call
from bot.gateways.sending import OutcomeUnknown, Refused
from bot.gateways.twilio import twilio_client
from bot.gateways.twilio_failures import failures_named
from bot.settings import Settings

VOICES = {"es": "es-MX", "en": "en-US"}
"""The languages of Twilio's speech; source: Twilio, Say, supported languages."""

RINGS_SECONDS = 25
"""Shorter than most mailboxes take to answer; source: Twilio, Call, Timeout (four seconds a ring)."""


class TwilioNotifier:
    """Reaches staff through the same account as contacts.

    `templates`: Twilio's reference of an approved template by message id and language.
    """

    def __init__(self, settings: Settings, templates: Mapping[tuple[str, str], str]) -> None:
        self._settings = settings
        self._templates = templates
        self._client: Client = twilio_client(settings)

    def send(self, call: Call) -> str:
        """Send on the channel of the call."""
        if call.channel == "voice":
            return self._ring(call)
        return self._whatsapp(call) if call.channel == "whatsapp" else self._sms(call)

    def _sms(self, call: Call) -> str:
        with failures_named():
            sent = self._client.messages.create(
                to=call.number,
                body=call.text,
                status_callback=self._address(call, "status"),
                **self._sender(),
            )
        return _reference(sent.sid)

    def _whatsapp(self, call: Call) -> str:
        """Send the approved template: a person of the staff has no open session window."""
        template = self._templates.get((call.template, call.language))
        if template is None or not self._settings.whatsapp_from:
            raise Refused
        with failures_named():
            sent = self._client.messages.create(
                to=f"whatsapp:{call.number}",
                from_=self._settings.whatsapp_from,
                content_sid=template,
                content_variables=json.dumps(dict(call.variables)),
                status_callback=self._address(call, "status"),
            )
        return _reference(sent.sid)

    def _ring(self, call: Call) -> str:
        with failures_named():
            ringing = self._client.calls.create(
                to=call.number,
                from_=self._settings.sender("sms"),
                url=self._address(call, "voice"),
                status_callback=self._address(call, "status"),
                status_callback_event=["completed"],
                timeout=RINGS_SECONDS,
            )
        return _reference(ringing.sid)

    def _sender(self) -> dict[str, str]:
        if self._settings.messaging_service_sid:
            return {"messaging_service_sid": self._settings.messaging_service_sid}
        return {"from_": self._settings.sender("sms")}

    def _address(self, call: Call, what: str) -> str:
        return f"{self._settings.reached_at}/twilio/notice/{call.id}/{what}"


def spoken_question(words: str, language: str, answers_to: str) -> str:
    """Return TwiML that says the words, waits for one digit, and says them once more."""
    response = VoiceResponse()
    for _ in range(2):
        gather = Gather(num_digits=1, action=answers_to, method="POST", timeout=8)
        gather.say(words, language=VOICES.get(language, VOICES["es"]))
        response.append(gather)
    return str(response)


def spoken(words: str, language: str) -> str:
    """Return TwiML that says the words and hangs up."""
    response = VoiceResponse()
    response.say(words, language=VOICES.get(language, VOICES["es"]))
    response.hangup()
    return str(response)


def _reference(answered: str | None) -> str:
    if not answered:
        raise OutcomeUnknown
    return answered
