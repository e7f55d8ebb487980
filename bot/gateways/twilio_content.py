"""Buttons and lists as Twilio's Content API wants them."""

import hashlib
import json
import re
from typing import Any

from twilio.rest.content.v1.content import ContentList

from bot.domain.channels import Channel
from bot.gateways.sending import Parcel

LIST_LABEL = {"es": "Elegir", "en": "Choose"}
LIST_ITEM_TITLE = 24
BUTTON_TITLE = 20
"""Characters that WhatsApp shows; source: Twilio, twilio/list-picker and twilio/quick-reply."""

LONGEST_BODY = 1024
MOST_ITEMS = 10
"""Characters and lines; source: Twilio, twilio/list-picker and twilio/quick-reply."""

_WIDE_SPACE = re.compile(r"\t| {5,}")


def shows_choices(parcel: Parcel) -> bool:
    """Return whether this leaves with buttons or a list; a text that is too long for them does not."""
    has_form = parcel.to.channel is Channel.WHATSAPP and parcel.form != "none"
    return has_form and len(parcel.text) <= LONGEST_BODY and len(parcel.choices) <= MOST_ITEMS


def with_numbers(parcel: Parcel) -> str:
    """Return the text with its choices as numbered lines, which a typed digit selects as well."""
    numbered = [f"{number} {c.title}" for number, c in enumerate(parcel.choices, start=1)]
    return "\n".join([parcel.text, *numbered])


def variables(parcel: Parcel) -> dict[str, str]:
    """Return the text line by line: a variable's value may hold no line break, tab or wide space.

    Source: Twilio, error 21656.
    """
    lines = [line for raw in parcel.text.split("\n") if (line := _plain(raw))]
    return {str(number): line for number, line in enumerate(lines, start=1)}


def fingerprint(account_sid: str, parcel: Parcel) -> str:
    """Return what is the same for messages that can share one content of an account."""
    choices = [[choice.id, choice.title] for choice in parcel.choices]
    shown = [account_sid, parcel.language, parcel.form, _body(parcel), choices]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()


def content_request(parcel: Parcel, name: str) -> ContentList.ContentCreateRequest:
    """Return the request that creates this set of choices with the lines as its variables."""
    return ContentList.ContentCreateRequest(
        {
            "friendly_name": f"acompana_{name[:16]}",
            "language": parcel.language,
            "variables": dict.fromkeys(variables(parcel), "Texto"),
            "types": _buttons(parcel) if parcel.form == "buttons" else _list(parcel),
        }
    )


def _plain(line: str) -> str:
    return _WIDE_SPACE.sub(" ", line).strip()


def _body(parcel: Parcel) -> str:
    """Return the text with every line replaced by its variable; the line breaks are the template's."""
    numbers = iter(variables(parcel))
    lines = [_plain(line) for line in parcel.text.split("\n")]
    return "\n".join(f"{{{{{next(numbers)}}}}}" if line else "" for line in lines)


def _buttons(parcel: Parcel) -> dict[str, Any]:
    actions = [
        {"type": "QUICK_REPLY", "title": c.title[:BUTTON_TITLE], "id": c.id} for c in parcel.choices
    ]
    return {"twilio/quick-reply": {"body": _body(parcel), "actions": actions}}


def _list(parcel: Parcel) -> dict[str, Any]:
    items = [{"id": c.id, "item": c.title[:LIST_ITEM_TITLE]} for c in parcel.choices]
    label = LIST_LABEL.get(parcel.language, LIST_LABEL["en"])
    return {"twilio/list-picker": {"body": _body(parcel), "button": label, "items": items}}
