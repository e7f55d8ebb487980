"""What Twilio takes: the documented fields and limits of messages and contents, each with its error."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MESSAGE_FIELDS = frozenset(
    {
        "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables",
        "StatusCallback", "ApplicationSid", "MaxPrice", "ProvideFeedback", "Attempt",
        "ValidityPeriod", "ForceDelivery", "ContentRetention", "AddressRetention", "SmartEncoded",
        "PersistentAction", "TrafficType", "ShortenUrls", "ScheduleType", "SendAt", "SendAsMms",
        "MessageIntent", "RiskCheck", "FallbackFrom",
    }
)  # fmt: skip
"""Source: Twilio's OpenAPI description, CreateMessage. Any other field is refused here."""

CALL_FIELDS = frozenset(
    {
        "To", "From", "Url", "Twiml", "ApplicationSid", "Method", "FallbackUrl", "FallbackMethod",
        "StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod", "SendDigits", "Timeout",
        "Record", "RecordingChannels", "RecordingStatusCallback", "RecordingStatusCallbackMethod",
        "RecordingStatusCallbackEvent", "RecordingTrack", "SipAuthUsername", "SipAuthPassword",
        "MachineDetection", "MachineDetectionTimeout", "MachineDetectionSpeechThreshold",
        "MachineDetectionSpeechEndThreshold", "MachineDetectionSilenceTimeout", "AsyncAmd",
        "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod", "Trim", "CallerId", "Byoc",
        "CallReason", "CallToken", "TimeLimit",
    }
)  # fmt: skip
"""Source: Twilio's OpenAPI description, CreateCall. Any other field is refused here."""

CALL_EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
METHODS = frozenset({"GET", "POST"})
LONGEST_RING_SECONDS = 600
"""Source: Twilio, Call resource, StatusCallbackEvent and Timeout."""

LONGEST_URL = 4000
HOST = re.compile(r"[A-Za-z0-9.:-]+")
"""Underscores are not permitted; source: Twilio, errors 21205 and 21609."""

NUMBER = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}")
PLACEHOLDER = re.compile(r"{{(\d+)}}")
UNFIT_VALUE = re.compile(r"[\n\t]| {5,}")
LONGEST_TEXT, LONGEST_BODY = 1600, 1024

Form = Mapping[str, str]


@dataclass(frozen=True)
class Refusal:
    """An answer in Twilio's error form."""

    status: int
    code: int
    message: str = "scripted"

    def as_json(self) -> dict[str, Any]:
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        return {
            "code": self.code,
            "message": self.message,
            "more_info": more_info,
            "status": self.status,
        }


class Refused(Exception):
    """The request breaks a rule."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(400, code, message)


def check_message(form: Form, contents: Mapping[str, Any]) -> str:
    """Return the text that the message shows, or raise `Refused`."""
    if unknown := set(form) - MESSAGE_FIELDS:
        raise Refused(20001, f"unknown fields {sorted(unknown)}")
    _check_addresses(form)
    _check_callback(form)
    return _rendered(form, contents) if "ContentSid" in form else _checked_body(form)


def check_call(form: Form, events: Sequence[str]) -> None:
    """Raise `Refused` unless Twilio would ring for this; `events` are its repeated StatusCallbackEvent."""
    if unknown := set(form) - CALL_FIELDS:
        raise Refused(20001, f"unknown fields {sorted(unknown)}")
    _check_numbers(form)
    _check_instructions(form)
    _check_callback(form)
    if unknown := set(events) - CALL_EVENTS:
        raise Refused(20001, f"unknown events {sorted(unknown)}")
    methods = {form.get(name, "POST") for name in ("Method", "StatusCallbackMethod")}
    ring = form.get("Timeout", "60")
    if not methods <= METHODS or not ring.isdigit() or int(ring) > LONGEST_RING_SECONDS:
        raise Refused(20001, "a method is GET or POST, a timeout is up to 600 seconds")


def _check_numbers(form: Form) -> None:
    if not form.get("To"):
        raise Refused(21201, "a call needs a number to ring")
    if not form.get("From"):
        raise Refused(21213, "a call needs a number of its own; a messaging service has none")
    if not NUMBER.fullmatch(form["To"]) or form["To"].startswith("whatsapp:"):
        raise Refused(21211, "the called number is no number")
    if form["To"] == form["From"]:
        raise Refused(21211, "a number does not call itself")
    if not NUMBER.fullmatch(form["From"]) or form["From"].startswith("whatsapp:"):
        raise Refused(21212, "the caller is no number")


def _check_instructions(form: Form) -> None:
    """A call fetches what it says from a URL, or brings it along; never both."""
    if "Url" in form and "Twiml" in form:
        raise Refused(21200, "a call has a URL or TwiML")
    if "Twiml" not in form and "ApplicationSid" not in form and not is_url(form.get("Url", "")):
        raise Refused(21205, "the URL of the call is no address")


def _check_callback(form: Form) -> None:
    if "StatusCallback" in form and not is_url(form["StatusCallback"]):
        raise Refused(21609, "the status callback is no address")


def is_url(written: str) -> bool:
    """Return whether Twilio takes this as an address that it can reach."""
    parts = urlsplit(written)
    is_web = parts.scheme in ("http", "https") and HOST.fullmatch(parts.hostname or "")
    return bool(is_web) and len(written) <= LONGEST_URL


def _checked_body(form: Form) -> str:
    body = form.get("Body", "")
    if not body and not form.get("MediaUrl"):
        raise Refused(21602, "a message needs a body")
    if "ContentVariables" in form:
        raise Refused(21654, "variables need a ContentSid")
    if len(body) > LONGEST_TEXT:
        raise Refused(21617, "the body is too long")
    return body


def _check_addresses(form: Form) -> None:
    if not form.get("To"):
        raise Refused(21604, "a message needs a recipient")
    if not NUMBER.fullmatch(form["To"]):
        raise Refused(21211, "the recipient is no number")
    if not form.get("From") and not form.get("MessagingServiceSid"):
        raise Refused(21603, "a message needs a sender")
    sender = form.get("From") or form["To"]
    if sender.startswith("whatsapp:") != form["To"].startswith("whatsapp:"):
        raise Refused(21910, "sender and recipient are on different channels")


def _rendered(form: Form, contents: Mapping[str, Any]) -> str:
    if "Body" in form:
        raise Refused(20001, "a content leaves no room for a body")
    if form["ContentSid"] not in contents:
        raise Refused(21655, "there is no such content")
    body = next(iter(contents[form["ContentSid"]]["types"].values()))["body"]
    values = _read_variables(form.get("ContentVariables", "{}"))
    if missing := set(PLACEHOLDER.findall(body)) - set(values):
        raise Refused(21656, f"no value for {sorted(missing)}")
    text = PLACEHOLDER.sub(lambda m: values[m[1]], body)
    if len(text) > LONGEST_BODY:
        raise Refused(63021, "the body of a content is too long")
    return text


def _read_variables(written: str) -> dict[str, str]:
    try:
        values = json.loads(written)
    except ValueError:
        raise Refused(21656, "variables are no JSON") from None
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise Refused(21656, "variables are an object of strings")
    if any(not v or UNFIT_VALUE.search(v) for v in values.values()):
        raise Refused(21656, "a value is empty or has a line break, a tab or a wide space")
    return values


def check_content(request: Mapping[str, Any]) -> None:
    """Raise `Refused` unless the content is one set of buttons or one list as documented."""
    if not request.get("language") or len(request.get("types", {})) != 1:
        raise Refused(20001, "a content needs a language and a type")
    kind, content = next(iter(request["types"].items()))
    if not content.get("body"):
        raise Refused(20001, "a content needs a body")
    if missing := set(PLACEHOLDER.findall(content["body"])) - set(request.get("variables", {})):
        raise Refused(20001, f"no sample for {sorted(missing)}")
    if kind == "twilio/quick-reply":
        _check_choices(content.get("actions", []), "title", most=3, longest=20)
    elif kind == "twilio/list-picker" and 0 < len(content.get("button", "")) <= 20:
        _check_choices(content.get("items", []), "item", most=10, longest=24)
    else:
        raise Refused(20001, f"{kind} is not served")


def _check_choices(choices: Sequence[Form], title: str, most: int, longest: int) -> None:
    if not 1 <= len(choices) <= most:
        raise Refused(20001, f"there are 1 to {most} choices")
    if not all(0 < len(c.get(title, "")) <= longest for c in choices):
        raise Refused(20001, f"a title has 1 to {longest} characters")
    if not all(0 < len(c.get("id", "")) <= 200 for c in choices):
        raise Refused(20001, "a choice has an id of up to 200 characters")
