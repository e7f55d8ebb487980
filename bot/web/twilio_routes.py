"""Twilio's webhooks: verify, store, commit, answer; the worker does the rest."""

import logging
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from bot.domain.channels import Address, Channel
from bot.errors import AcompanaError
from bot.gateways.sending import SendingFailed
from bot.gateways.twilio_outcomes import outcome_of_report
from bot.services.accept_inbound import Delivered, accept
from bot.services.record_delivery import record_delivery
from bot.web.signature import parts_of, signed_form

logger = logging.getLogger(__name__)

routes = APIRouter(prefix="/twilio")
EMPTY_TWIML = "<?xml version='1.0' encoding='UTF-8'?><Response/>"
MOST_MEDIA = 10

SignedForm = Annotated[FormData, Depends(signed_form)]


def known_channel(channel: str) -> Channel:
    """Return the channel of the path; any other path is not found."""
    try:
        return Channel(channel)
    except ValueError:
        raise HTTPException(404, "There is no such channel; there are sms and whatsapp.") from None


PathChannel = Annotated[Channel, Depends(known_channel)]


@routes.post("/{channel}/inbound")
async def inbound(channel: PathChannel, form: SignedForm, request: Request) -> Response:
    """Store one message of a contact. A repeated MessageSid changes nothing."""
    try:
        delivered = read_delivered(form)
    except AcompanaError as wrong:
        raise HTTPException(400, str(wrong)) from None
    is_new = await run_in_threadpool(accept, delivered, parts_of(request))
    logger.info(
        "inbound %s %s",
        delivered.provider_reference,
        "stored" if is_new else "repeated",
    )
    return Response(EMPTY_TWIML, media_type="text/xml")


@routes.post("/{channel}/status")
async def status(channel: PathChannel, form: SignedForm, request: Request) -> Response:
    """Take in a delivery report; unknown messages and words are not an error to the provider."""
    message = _uuid(request.query_params.get("message"))
    word = _text(form, "MessageStatus") or _text(form, "SmsStatus")
    failure = _failure(_text(form, "ErrorCode"))
    reference = _text(form, "MessageSid") or _text(form, "SmsSid")
    await run_in_threadpool(record_delivery, message, reference, word, failure, parts_of(request))
    return Response(status_code=204)


def read_delivered(form: FormData) -> Delivered:
    """Return what the form says; the prefix of the sender names the channel, whatever the path says."""
    reference = _text(form, "MessageSid") or _text(form, "SmsSid")
    sender = _text(form, "From")
    if not reference or not sender:
        raise AcompanaError("A message needs MessageSid and From.")
    written_on = Channel.WHATSAPP if sender.startswith("whatsapp:") else Channel.SMS
    return Delivered(
        provider_reference=reference[:64],
        channel=written_on,
        sender=Address.of(written_on, sender),
        text=_text(form, "Body"),
        choice_id=(_text(form, "ButtonPayload") or _text(form, "ListId"))[:200] or None,
        opt_out_type=_text(form, "OptOutType")[:10] or None,
        media=_media(form),
    )


def _media(form: FormData) -> tuple[dict[str, str], ...]:
    """Return pictures, voice notes and places; a place is kept as a note, not with its position."""
    count = _text(form, "NumMedia")
    several = min(int(count), MOST_MEDIA) if count.isascii() and count.isdigit() else 0
    media = [
        {
            "url": _text(form, f"MediaUrl{n}"),
            "content_type": _text(form, f"MediaContentType{n}"),
        }
        for n in range(several)
    ]
    if _text(form, "Latitude"):
        media.append({"url": "", "content_type": "location"})
    return tuple(media)


def _text(form: FormData, key: str) -> str:
    value = form.get(key, "")
    return value if isinstance(value, str) else ""


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _failure(code: str) -> SendingFailed | None:
    return outcome_of_report(int(code)) if code.isascii() and code.isdigit() else None
