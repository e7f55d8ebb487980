"""Twilio's webhooks about notifications to staff: delivery, the spoken question, the pressed digit."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from bot.services import answer_call
from bot.web.signature import parts_of, signed_form

routes = APIRouter(prefix="/twilio/notice")
SignedForm = Annotated[FormData, Depends(signed_form)]


@routes.post("/{notice_id}/status")
async def status(notice_id: UUID, form: SignedForm, request: Request) -> Response:
    """Take in what became of a message or a call; a failure calls on the next channel."""
    word = str(form.get("MessageStatus") or form.get("CallStatus") or "")
    code = str(form.get("ErrorCode") or "")
    number = int(code) if code.isascii() and code.isdigit() else None
    await run_in_threadpool(answer_call.record_fate, notice_id, word, number, parts_of(request))
    return Response(status_code=204)


@routes.post("/{notice_id}/voice")
async def voice(notice_id: UUID, _form: SignedForm, request: Request) -> Response:
    """Say what is needed and ask for one digit. A mailbox hears no name and no word of a contact."""
    twiml = await run_in_threadpool(answer_call.question, notice_id, parts_of(request))
    return Response(twiml, media_type="text/xml")


@routes.post("/{notice_id}/digits")
async def digits(notice_id: UUID, form: SignedForm, request: Request) -> Response:
    """Do what the pressed digit says."""
    pressed = str(form.get("Digits") or "")[:1]
    twiml = await run_in_threadpool(answer_call.take, notice_id, pressed, parts_of(request))
    return Response(twiml, media_type="text/xml")
