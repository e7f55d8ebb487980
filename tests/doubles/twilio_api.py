"""Twilio's REST API on a loopback port: strict about what it takes, and it fails as a test says.

A message that is taken may still fail: `reports` holds what Twilio would post about each one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Lock
from typing import Any
from urllib.parse import urlencode

from tests.doubles.twilio_records import ACCOUNT, TOKEN, Report, StoredCall, StoredMessage
from tests.doubles.twilio_rules import Refusal
from tests.doubles.twilio_scripts import (
    BUSY,
    DAILY_LIMIT,
    NO_SUCH_NUMBER,
    OPTED_OUT,
    OUTSIDE_THE_WINDOW,
    UNAUTHENTICATED,
    Garbled,
    Lost,
    Script,
    Slow,
)
from tests.doubles.twilio_server import Serving
from tests.doubles.twilio_whatsapp import Approval, WhatsApp

__all__ = [
    "ACCOUNT",
    "BUSY",
    "DAILY_LIMIT",
    "NO_SUCH_NUMBER",
    "OPTED_OUT",
    "OUTSIDE_THE_WINDOW",
    "TOKEN",
    "UNAUTHENTICATED",
    "Garbled",
    "Lost",
    "Slow",
    "TwilioApi",
]

ARRIVES = {"sms": ("sent", "delivered"), "whatsapp": ("sent", "delivered", "read")}
"""What is reported about a message that arrives."""

FAILS_UNSENT = frozenset({63018})
"""Codes of messages that never left Twilio: `failed`; the others came back: `undelivered`."""


@dataclass
class TwilioApi:
    """The account: what it holds, what it was asked in order, and how it is to answer."""

    url: str = ""
    account_status: str = "active"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    messages: list[StoredMessage] = field(default_factory=list)
    calls: list[StoredCall] = field(default_factory=list)
    contents: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    next_answers: list[Script] = field(default_factory=list)
    next_content_answers: list[Script] = field(default_factory=list)
    answer_to: dict[str, Script] = field(default_factory=dict)
    """How everything to a number is answered, or all of `list` or `calls`."""
    fate_of: dict[str, int] = field(default_factory=dict)
    """The code with which everything to a number fails after it was taken."""
    next_fates: list[int] = field(default_factory=list)
    daily_limit: int | None = None
    stopped: Event = field(default_factory=Event)
    _unreported: list[tuple[StoredMessage, int | None]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.whatsapp = WhatsApp(self.now)

    def __enter__(self) -> "TwilioApi":
        self._serving = Serving(self)
        self.url = self._serving.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._serving.stop()

    @property
    def texts(self) -> list[str]:
        """What was taken, in order."""
        return [message.text for message in self.messages]

    def approve(
        self,
        sid: str,
        body: str,
        approval: Approval = Approval.APPROVED,
        actions: Sequence[Mapping[str, str]] = (),
    ) -> None:
        """Let the account hold a template, of which Meta says this."""
        kind = "twilio/quick-reply" if actions else "twilio/text"
        self.contents[sid] = {"types": {kind: {"body": body, "actions": list(actions)}}}
        self.whatsapp.approvals[sid] = approval

    def script_for(self, *names: str) -> Script | None:
        """Return how to answer: what is set for one of these names, else what is set next."""
        with self._lock:
            for name in names:
                if name in self.answer_to:
                    return self.answer_to[name]
            return self.next_answers.pop(0) if self.next_answers else None

    def refusal_of(self, form: Mapping[str, str]) -> Refusal | None:
        """Return what the account itself refuses: too many in one day, or what cannot arrive."""
        with self._lock:
            a_day_ago = self.now() - timedelta(days=1)
            today = sum(m.created_at > a_day_ago for m in self.messages)
        if self.daily_limit is not None and today >= self.daily_limit:
            return DAILY_LIMIT
        code = self._fate(form) if self.whatsapp.refuses_at_once else None
        return Refusal(400, code) if code else None

    def store(self, form: Mapping[str, str], text: str) -> StoredMessage:
        with self._lock:
            message = StoredMessage(f"SM{len(self.messages) + 1:032x}", form, text, self.now())
            self.messages.append(message)
            code = self.next_fates.pop(0) if self.next_fates else self._fate(form)
            if "StatusCallback" in form:
                self._unreported.append((message, code))
            return message

    def reports(self) -> list[Report]:
        """Return what Twilio posts about the messages that it took since the last call."""
        with self._lock:
            taken, self._unreported = self._unreported, []
        return [report for message, code in taken for report in _reports_about(message, code)]

    def ring(self, form: Mapping[str, str], events: Sequence[str]) -> StoredCall:
        with self._lock:
            sid = f"CA{len(self.calls) + 1:032x}"
            self.calls.append(StoredCall(sid, form, events))
            return self.calls[-1]

    def keep_content(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            sid = f"HX{len(self.contents) + 1:032x}"
            self.contents[sid] = request
            return {"sid": sid, "account_sid": ACCOUNT, **request}

    def listed(self, query: Mapping[str, str]) -> dict[str, Any]:
        """Return one page, newest first, as Twilio pages."""
        after = query.get("DateSent>", "")
        found = [
            m.as_json()
            for m in reversed(self.messages)
            if query.get("To") in (None, m.form["To"])
            and (not after or (m.sent_at and f"{m.sent_at:%Y-%m-%dT%H:%M:%SZ}" >= after))
        ]
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        rest = urlencode({**query, "Page": page + 1})
        has_more = len(found) > size * (page + 1)
        return {
            "messages": found[size * page : size * (page + 1)],
            "page": page,
            "page_size": size,
            "next_page_uri": f"{path}?{rest}" if has_more else None,
        }

    def _fate(self, form: Mapping[str, str]) -> int | None:
        if form["To"] in self.fate_of:
            return self.fate_of[form["To"]]
        is_whatsapp = form["To"].startswith("whatsapp:")
        return self.whatsapp.problem(form, self.contents) if is_whatsapp else None


def _reports_about(message: StoredMessage, code: int | None) -> list[Report]:
    if code is not None:
        return [message.report("failed" if code in FAILS_UNSENT else "undelivered", code)]
    channel = "whatsapp" if message.form["To"].startswith("whatsapp:") else "sms"
    return [message.report(word) for word in ARRIVES[channel]]
