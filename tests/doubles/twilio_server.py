"""The HTTP side of the double: who asks, what for, and an answer in Twilio's form or none at all."""

import json
import socket
from base64 import b64decode
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.doubles.twilio_records import ACCOUNT, TOKEN
from tests.doubles.twilio_rules import (
    Refusal,
    Refused,
    check_call,
    check_content,
    check_message,
)
from tests.doubles.twilio_scripts import NOT_FOUND, UNAUTHENTICATED, Garbled, Script, Slow

if TYPE_CHECKING:
    from tests.doubles.twilio_api import TwilioApi


class Serving:
    """A server on a loopback port, from `start` to `stop`."""

    def __init__(self, api: "TwilioApi") -> None:
        handler = type("Handler", (_Handler,), {"api": api})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that has given up is no failure."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: "TwilioApi"

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
        script = self.api.script_for(form["To"]) or self.api.refusal_of(form)
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
