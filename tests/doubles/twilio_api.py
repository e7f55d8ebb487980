"""Twilio's REST API on a loopback port: strict about what it takes, and it fails as a test says."""

import json
import socket
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from tests.doubles.twilio_rules import (
    Refusal,
    Refused,
    check_call,
    check_content,
    check_message,
)

ACCOUNT = "AC" + "5" * 32
TOKEN = "token-of-the-double"

BUSY = Refusal(429, 20429)
OPTED_OUT = Refusal(400, 21610)
NO_SUCH_NUMBER = Refusal(400, 21211)
OUTSIDE_THE_WINDOW = Refusal(400, 63016)
UNAUTHENTICATED = Refusal(401, 20003, "Authenticate")
NOT_FOUND = Refusal(404, 20404, "not found")


@dataclass(frozen=True)
class Lost:
    """The message is taken, but its answer is a 500, or the connection breaks without one."""

    drop: bool = False
    stored: bool = True


@dataclass(frozen=True)
class Slow:
    """The message is taken, and the answer comes after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Garbled:
    """The message is taken, and the answer is this instead of a message."""

    body: str


Script = Refusal | Lost | Slow | Garbled


@dataclass
class StoredMessage:
    """One message that Twilio took."""

    sid: str
    form: Mapping[str, str]
    text: str
    created_at: datetime
    sent_at: datetime | None = None
    status: str = "queued"

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
            "error_code": None,
        }


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
    stopped: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def __enter__(self) -> "TwilioApi":
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def texts(self) -> list[str]:
        """What was taken, in order."""
        return [message.text for message in self.messages]

    def script_for(self, *names: str) -> Script | None:
        """Return how to answer: what is set for one of these names, else what is set next."""
        with self._lock:
            for name in names:
                if name in self.answer_to:
                    return self.answer_to[name]
            return self.next_answers.pop(0) if self.next_answers else None

    def store(self, form: Mapping[str, str], text: str) -> StoredMessage:
        with self._lock:
            sid = f"SM{len(self.messages) + 1:032x}"
            self.messages.append(StoredMessage(sid, form, text, self.now()))
            return self.messages[-1]

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


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that has given up is no failure."""


def _handler_of(api: TwilioApi) -> type[BaseHTTPRequestHandler]:
    return type("Handler", (_Handler,), {"api": api})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: TwilioApi

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.api.asked.append(("GET", self.path))
        if not self._knows_us():
            self._refuse(UNAUTHENTICATED)
        elif parts.path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            self._answer(200, {"sid": ACCOUNT, "status": self.api.account_status})
        elif parts.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            self._list({k: v[0] for k, v in parse_qs(parts.query).items()})
        else:
            self._refuse(NOT_FOUND)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.api.asked.append(("POST", self.path))
        if not self._knows_us():
            self._refuse(UNAUTHENTICATED)
        elif self.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            self._checked(self._create_message, dict(parse_qsl(body, keep_blank_values=True)))
        elif self.path == f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json":
            self._checked(self._create_call, parse_qsl(body, keep_blank_values=True))
        elif self.path == "/v1/Content":
            self._checked(self._create_content, json.loads(body))
        else:
            self._refuse(NOT_FOUND)

    def _knows_us(self) -> bool:
        kind, _, secret = self.headers.get("Authorization", "").partition(" ")
        return kind == "Basic" and b64decode(secret).decode() == f"{ACCOUNT}:{TOKEN}"

    def _list(self, query: dict[str, str]) -> None:
        script = self.api.answer_to.get("list")
        if isinstance(script, Refusal):
            self._refuse(script)
        else:
            self._answer(200, self.api.listed(query))

    def _checked(self, create: Callable[[Any], None], request: Any) -> None:
        try:
            create(request)
        except Refused as wrong:
            self._refuse(wrong.refusal)

    def _create_message(self, form: dict[str, str]) -> None:
        text = check_message(form, self.api.contents)
        script = self.api.script_for(form["To"])
        self._take(script, lambda: self.api.store(form, text).as_json())

    def _create_call(self, pairs: list[tuple[str, str]]) -> None:
        form, events = dict(pairs), [value for key, value in pairs if key == "StatusCallbackEvent"]
        check_call(form, events)
        script = self.api.script_for("calls", form["To"])
        self._take(script, lambda: self.api.ring(form, events).as_json())

    def _create_content(self, request: dict[str, Any]) -> None:
        check_content(request)
        answers = self.api.next_content_answers
        self._take(answers.pop(0) if answers else None, lambda: self.api.keep_content(request))

    def _take(self, script: Script | None, take: Callable[[], dict[str, Any]]) -> None:
        if isinstance(script, Refusal):
            self._refuse(script)
        elif script is not None:
            self._fail(script, take)
        else:
            self._answer(201, take())

    def _fail(self, script: Script, take: Callable[[], dict[str, Any]]) -> None:
        taken = take() if getattr(script, "stored", True) else {}
        if isinstance(script, Slow):
            self.api.stopped.wait(script.seconds)
            self._answer(201, taken)
        elif isinstance(script, Garbled):
            self._write(201, script.body)
        elif getattr(script, "drop", False):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._answer(500, {"code": 20500, "message": "Internal Server Error", "status": 500})

    def _refuse(self, refusal: Refusal) -> None:
        self._answer(refusal.status, refusal.as_json())

    def _answer(self, status: int, answer: Mapping[str, Any]) -> None:
        self._write(status, json.dumps(answer))

    def _write(self, status: int, body: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())
