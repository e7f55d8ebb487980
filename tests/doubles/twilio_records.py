"""What the double's Twilio account holds: its messages, its calls, and what it has to report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

ACCOUNT = "AC" + "5" * 32
TOKEN = "token-of-the-double"


@dataclass
class StoredMessage:
    """One message that Twilio took."""

    sid: str
    form: Mapping[str, str]
    text: str
    created_at: datetime
    sent_at: datetime | None = None
    status: str = "queued"
    error_code: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.form["To"],
            "from": self.form.get("From"),
            "body": self.text,
            "status": self.status,
            "direction": "outbound-api",
            "date_created": format_datetime(self.created_at),
            "date_sent": format_datetime(self.sent_at) if self.sent_at else None,
            "error_code": self.error_code,
        }

    def report(self, word: str, code: int | None = None) -> "Report":
        """Return what Twilio posts when the message comes to be this."""
        self.status, self.error_code = word, code
        form = {
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "AccountSid": ACCOUNT,
            "To": self.form["To"],
            "From": self.form.get("From", ""),
            "MessageStatus": word,
            "SmsStatus": word,
            "ApiVersion": "2010-04-01",
        }
        if self.form["To"].startswith("whatsapp:"):
            form |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": self.form["To"]}
        if code is not None:
            form |= {"ErrorCode": str(code)}
        return Report(self.form["StatusCallback"], form)


@dataclass(frozen=True)
class Report:
    """One delivery report, and the address to which it goes."""

    url: str
    form: Mapping[str, str]


@dataclass
class StoredCall:
    """One call that Twilio took: it rings, and asks `Url` what to say once somebody answers."""

    sid: str
    form: Mapping[str, str]
    events: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.form["To"],
            "from": self.form["From"],
            "status": "queued",
            "direction": "outbound-api",
            "api_version": "2010-04-01",
            "date_created": None,
            "start_time": None,
            "end_time": None,
            "duration": None,
        }
