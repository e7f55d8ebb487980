"""Only the provider may post to a webhook: every form carries a valid signature, or nothing happens."""

from fastapi import HTTPException, Request
from starlette.datastructures import FormData

from bot.gateways.twilio import valid_signature
from bot.services.parts import Parts


def parts_of(request: Request) -> Parts:
    """Return the parts that this application was made with."""
    parts: Parts = request.app.state.parts
    return parts


async def signed_form(request: Request) -> FormData:
    """Return the posted form if the provider signed it for the address under which it reaches us.

    The address comes from the settings, not from the request: a proxy changes host and scheme.
    """
    settings = parts_of(request).settings
    form = await request.form()
    query = f"?{request.url.query}" if request.url.query else ""
    url = f"{settings.reached_at}{request.url.path}{query}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not valid_signature(settings.signing_token, url, form, signature):
        raise HTTPException(403, "The signature does not fit.")
    return form
