"""Twilio's REST API on loopback: takes everything, notes when, reports deliveries if it may.

`python -m bench.fake_twilio PORT [TOKEN]`; with a token it posts signed delivery reports.
"""

import asyncio
import sys
from time import time
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.gateways.twilio import sign

REPORTS = (("sent", 0.15), ("delivered", 0.4))
"""What is reported, and how many seconds after what came before."""


class FakeTwilio:
    """Takes messages and remembers when each came."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._taken: list[dict[str, object]] = []
        self._reporting: set[asyncio.Task[None]] = set()
        self._client = httpx.AsyncClient(timeout=15, trust_env=False)

    async def take(self, request: Request) -> JSONResponse:
        """Answer as Twilio answers a created message."""
        at, form = time(), await request.form()
        callback, sid = str(form.get("StatusCallback", "")), f"SM{uuid4().hex}"
        message = parse_qs(urlsplit(callback).query).get("message", [""])[0]
        self._taken.append({"message": message, "at": at})
        if self._token and callback:
            task = asyncio.create_task(self._report(callback, sid, str(form["To"])))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)
        return JSONResponse({"sid": sid, "status": "queued"}, status_code=201)

    async def take_content(self, _request: Request) -> JSONResponse:
        """Answer as Twilio answers a new set of buttons."""
        return JSONResponse({"sid": f"HX{uuid4().hex}"}, status_code=201)

    async def taken(self, _request: Request) -> JSONResponse:
        """Return what was taken so far."""
        return JSONResponse(self._taken)

    async def _report(self, callback: str, sid: str, to: str) -> None:
        for word, wait_seconds in REPORTS:
            await asyncio.sleep(wait_seconds)
            form = {"MessageSid": sid, "MessageStatus": word, "AccountSid": "AC0", "To": to}
            signed = {"X-Twilio-Signature": sign(self._token, callback, form)}
            try:
                await self._client.post(callback, data=form, headers=signed)
            except httpx.TransportError:
                return  # the system is being stopped


def application(token: str) -> Starlette:
    """Return the two parts of Twilio's API that are used, and our own question."""
    fake = FakeTwilio(token)
    messages = "/2010-04-01/Accounts/{account}/Messages.json"
    return Starlette(
        routes=[
            Route(messages, fake.take, methods=["POST"]),
            Route("/v1/Content", fake.take_content, methods=["POST"]),
            Route("/taken", fake.taken),
        ]
    )


if __name__ == "__main__":
    given = sys.argv[2] if len(sys.argv) > 2 else ""
    uvicorn.run(application(given), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
