"""Rasa's own Twilio channel with two changes that measuring needs; runs in Rasa's environment.

The API's address is ours, and a reply, which here is a payload of message ids, goes out as one text
(the original hands the payload to the SDK as keyword arguments and fails). Receiving, locking,
waiting and sending are the original's. Each send names the message that it answers, in the status
callback, so that the two can be matched.
"""

from contextvars import ContextVar
from typing import Any

from rasa.core.channels.twilio import TwilioInput, TwilioOutput

_answering: ContextVar[str] = ContextVar("answering", default="")


class RedirectedOutput(TwilioOutput):
    """Sends to another address than Twilio's."""

    def __init__(self, api_url: str, *account: Any) -> None:
        super().__init__(*account)
        self.api.base_url = api_url

    async def _send_message(self, message_data: dict[str, Any]) -> Any:
        callback = f"http://127.0.0.1/?message={_answering.get()}"
        return await super()._send_message({**message_data, "status_callback": callback})

    async def send_custom_json(
        self, recipient_id: str, json_message: dict[str, Any], **kwargs: Any
    ) -> None:
        """Send the message ids as one text."""
        if say := json_message.get("say"):
            await self.send_text_message(recipient_id, " ".join(say))


class RedirectedTwilio(TwilioInput):
    """The original input, answered through `RedirectedOutput`."""

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "RedirectedTwilio":
        """Keep the address of the API beside the account."""
        assert credentials, "bench.rasa_twilio writes them"
        api_url = credentials.pop("api_url")
        channel: RedirectedTwilio = super().from_credentials(credentials)
        channel.api_url = api_url
        return channel

    def get_metadata(self, request: Any) -> None:
        """Remember which message is being answered; metadata there is none, as in the original."""
        _answering.set(request.form.get("MessageSid", ""))

    def get_output_channel(self) -> RedirectedOutput:
        """Return a new client for each message, as the original does."""
        return RedirectedOutput(self.api_url, self.account_sid, self.auth_token, self.twilio_number)
