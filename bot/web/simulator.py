"""The simulator: a phone in the browser that speaks through the real webhooks. Demo only."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, StreamingResponse
from fastapi.templating import Jinja2Templates
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from bot import VERSION
from bot.domain.channels import Address, Channel
from bot.errors import AcompanaError
from bot.gateways.twilio import sign
from bot.services.parts import Parts
from bot.services.show_conversation import show_contacts, show_conversation
from bot.settings import DEMO_ACCOUNT, ROOT
from bot.store import contacts, database
from bot.web.live import changes_of
from bot.web.signature import parts_of

MEDIA = {
    "image": ("/static/simulator/picture.svg", "image/svg+xml"),
    "voice": ("/static/simulator/voice.ogg", "audio/ogg"),
}


def demo_only(request: Request) -> None:
    """Let nobody speak for a contact in production."""
    if not parts_of(request).settings.demo:
        raise HTTPException(404)


routes = APIRouter(prefix="/simulator", dependencies=[Depends(demo_only)])
templates = Jinja2Templates(ROOT / "bot" / "web" / "templates")


class Sent(BaseModel):
    """What the phone sends: words, a tapped choice, or a picture or voice note."""

    contact: UUID
    channel: Channel
    text: str | None = None
    choice: str | None = None
    title: str | None = None
    in_reply_to: UUID | None = None
    media: str | None = None


@routes.get("", response_class=HTMLResponse)
async def page(request: Request) -> HTMLResponse:
    """The phone."""
    return templates.TemplateResponse(request, "simulator.html", {"version": VERSION})


@routes.get("/api/contacts")
async def list_contacts(request: Request) -> dict[str, Any]:
    """Everybody whom one can play."""
    return {"contacts": await run_in_threadpool(show_contacts, parts_of(request))}


@routes.get("/api/messages")
async def list_messages(request: Request, contact: UUID, channel: Channel) -> dict[str, Any]:
    """One conversation as the phone shows it."""
    return await run_in_threadpool(show_conversation, contact, channel, parts_of(request))


@routes.get("/api/changes")
async def changes(request: Request, contact: UUID) -> StreamingResponse:
    """Server-sent events: one whenever the conversation looks different."""
    events = changes_of(str(contact), _url(parts_of(request)))
    return StreamingResponse(events, media_type="text/event-stream")


@routes.post("/api/send")
async def send(sent: Sent, request: Request) -> JSONResponse:
    """Post what the phone sends to the real webhook, signed as Twilio signs."""
    parts = parts_of(request)
    try:
        form = await run_in_threadpool(_form, sent, parts)
    except AcompanaError as wrong:
        return JSONResponse({"error": str(wrong)}, status_code=400)
    path = f"/twilio/{sent.channel}/inbound"
    signature = sign(parts.settings.signing_token, parts.settings.reached_at + path, form)
    transport = ASGITransport(request.app)
    async with AsyncClient(transport=transport, base_url=parts.settings.own_url) as client:
        answer = await client.post(path, data=form, headers={"X-Twilio-Signature": signature})
    return JSONResponse({"status": answer.status_code})


def _form(sent: Sent, parts: Parts) -> Mapping[str, str]:
    """Return the form that Twilio would post for this."""
    with database.unit_of_work(parts.engine) as session:
        rows = contacts.addresses(session, sent.contact)
        mine = [contacts.plain_address(a) for a in rows if a.channel == sent.channel]
    if not mine:
        raise AcompanaError("This person has no address on this channel.")
    form = {**_envelope(mine[0], parts), "Body": sent.text or sent.title or ""}
    if sent.choice:
        form |= {"ButtonPayload": sent.choice, "ButtonText": sent.title or ""}
    if sent.media in MEDIA:
        url, content_type = MEDIA[sent.media]
        form |= {"NumMedia": "1", "MediaUrl0": url, "MediaContentType0": content_type}
    return form


def _envelope(sender: Address, parts: Parts) -> dict[str, str]:
    reference = f"SM{uuid4().hex}"
    return {
        "MessageSid": reference,
        "SmsSid": reference,
        "AccountSid": parts.settings.twilio_account_sid or DEMO_ACCOUNT,
        "From": sender.for_provider,
        "To": parts.settings.sender(sender.channel),
        "NumMedia": "0",
    }


def _url(parts: Parts) -> str:
    return parts.engine.url.render_as_string(hide_password=False)
