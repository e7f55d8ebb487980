"""What a deployer can set: environment variables or `.env`, with the defaults of a demo."""

import re
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
SLOWEST = 1 / 30
"""Messages per second of the slowest sender: what rests longer is a mistake (bot/store/outbox.py)."""

COUNTRY = re.compile("[A-Z]{2}")
DEMO_TOKEN = "demo-token"
DEMO_ACCOUNT = "AC" + "0" * 32
DEMO_STANDING_LINE = "+15005550199"
DEMO_SMS_FROM = "+15005550006"
DEMO_WHATSAPP_FROM = "whatsapp:+15005550006"


class Settings(BaseSettings):
    """Every setting of Acompaña; the README explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=False)

    mode: Literal["demo", "production"] = Field("demo", validation_alias="ACOMPANA_MODE")
    home: Path = Field(ROOT / "var", validation_alias="ACOMPANA_HOME")
    port: int = Field(8000, validation_alias="ACOMPANA_PORT")
    public_url: str = Field("", validation_alias="ACOMPANA_PUBLIC_URL")
    database_url: str = Field("", validation_alias="DATABASE_URL")
    twilio_account_sid: str = Field("", validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: str = Field("", validation_alias="TWILIO_AUTH_TOKEN")
    twilio_api_url: str = Field("", validation_alias="TWILIO_API_URL")
    messaging_service_sid: str = Field("", validation_alias="TWILIO_MESSAGING_SERVICE_SID")
    sms_senders: str = Field("", validation_alias="ACOMPANA_SMS_FROM")
    whatsapp_senders: str = Field("", validation_alias="ACOMPANA_WHATSAPP_FROM")
    sms_rate: float = Field(10, ge=SLOWEST, validation_alias="ACOMPANA_SMS_RATE")
    whatsapp_rate: float = Field(80, ge=SLOWEST, validation_alias="ACOMPANA_WHATSAPP_RATE")
    smtp_url: str = Field("", validation_alias="ACOMPANA_SMTP_URL", repr=False)
    email_from: str = Field("acompana@localhost", validation_alias="ACOMPANA_EMAIL_FROM")
    standing_line: str = Field("", validation_alias="ACOMPANA_STANDING_LINE")
    keys: str = Field("", validation_alias="ACOMPANA_KEYS", repr=False)
    allow_draft_content: bool | None = Field(None, validation_alias="ACOMPANA_ALLOW_DRAFT_CONTENT")

    @field_validator("sms_senders", "whatsapp_senders")
    @classmethod
    def _refuse_unreadable(cls, written: str) -> str:
        read_senders(written)
        return written

    @property
    def demo(self) -> bool:
        return self.mode == "demo"

    @property
    def has_twilio(self) -> bool:
        """Whether messages leave through a Twilio account; otherwise the console stand-in sends."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def signing_token(self) -> str:
        """The token that signs webhooks; production without one signs nothing and accepts nothing."""
        return self.twilio_auth_token or (DEMO_TOKEN if self.demo else "")

    @property
    def reached_at(self) -> str:
        """The address under which the provider reaches us, without a slash at its end."""
        return (self.public_url or self.own_url).rstrip("/")

    @property
    def own_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dialogue_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 5}"

    @property
    def actions_port(self) -> int:
        return self.port + 55

    @property
    def offers_drafts(self) -> bool:
        return self.demo if self.allow_draft_content is None else self.allow_draft_content

    @property
    def standing_line_number(self) -> str:
        """The programme's own line, which rings when nobody of the rota answers."""
        return self.standing_line or (DEMO_STANDING_LINE if self.demo else "")

    @property
    def sms_from(self) -> str:
        """The sender of SMS for any country that has none of its own; nothing where none was set."""
        return _for_any_country(read_senders(self.sms_senders))

    @property
    def whatsapp_from(self) -> str:
        """The same on WhatsApp."""
        return _for_any_country(read_senders(self.whatsapp_senders))

    def senders(self, channel: str) -> dict[str, str]:
        """Return the senders of a channel (`sms` or `whatsapp`) by country; "" stands for any country."""
        is_whatsapp = channel == "whatsapp"
        found = read_senders(self.whatsapp_senders if is_whatsapp else self.sms_senders)
        if found or not self.demo:
            return found
        return {"": DEMO_WHATSAPP_FROM if is_whatsapp else DEMO_SMS_FROM}

    def sender(self, channel: str, country: str | None = None) -> str:
        """Return the address we write from on a channel: the country's own, or the first one."""
        found = self.senders(channel)
        return found.get(country or "", "") or _for_any_country(found)

    def rate(self, channel: str) -> float:
        """Return messages a second for each sender of a channel."""
        return self.whatsapp_rate if channel == "whatsapp" else self.sms_rate

    @cached_property
    def socket_folder(self) -> Path:
        return self.home / "database"


def read_senders(written: str) -> dict[str, str]:
    """Read `+15005550006,GT=+50222000000`: senders by country, in order; "" is for any country."""
    found: dict[str, str] = {}
    for entry in filter(None, (entry.strip() for entry in written.split(","))):
        country, _, sender = (part.strip() for part in entry.rpartition("="))
        if not sender or country in found or (country and not COUNTRY.fullmatch(country)):
            raise ValueError(
                "Senders are written +15005550006,GT=+50222000000: one for any country, one for each."
            )
        found[country] = sender
    return found


def _for_any_country(senders: dict[str, str]) -> str:
    """Return the sender without a country, or the first of them; nothing where none was set."""
    return senders.get("") or next(iter(senders.values()), "")
