"""Buttons and lists as Twilio's Content API wants them."""

from typing import Any

from twilio.rest.content.v1.content import ContentList

from bot.gateways.sending import Parcel

LIST_LABEL = {"es": "Elegir", "en": "Choose"}
LIST_ITEM_TITLE = 24
BUTTON_TITLE = 20
"""Characters that WhatsApp shows; source: Twilio, twilio/list-picker and twilio/quick-reply."""


def content_request(parcel: Parcel, fingerprint: str) -> ContentList.ContentCreateRequest:
    """Return the request that creates this set of choices with the text as its variable."""
    return ContentList.ContentCreateRequest(
        {
            "friendly_name": f"acompana_{fingerprint[:16]}",
            "language": parcel.language,
            "variables": {"1": "Texto"},
            "types": _buttons(parcel) if parcel.form == "buttons" else _list(parcel),
        }
    )


def _buttons(parcel: Parcel) -> dict[str, Any]:
    actions = [
        {"type": "QUICK_REPLY", "title": c.title[:BUTTON_TITLE], "id": c.id} for c in parcel.choices
    ]
    return {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}


def _list(parcel: Parcel) -> dict[str, Any]:
    items = [{"id": c.id, "item": c.title[:LIST_ITEM_TITLE]} for c in parcel.choices]
    label = LIST_LABEL.get(parcel.language, LIST_LABEL["en"])
    return {"twilio/list-picker": {"body": "{{1}}", "button": label, "items": items}}
