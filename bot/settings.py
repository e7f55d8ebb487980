"""What a deployer can set: environment variables or `.env`, with the defaults of a demo."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"
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
    sms_from: str = Field("", validation_alias="ACOMPANA_SMS_FROM")
    whatsapp_from: str = Field("", validation_alias="ACOMPANA_WHATSAPP_FROM")
    sms_rate: float = Field(10, gt=0, validation_alias="ACOMPANA_SMS_RATE")
    whatsapp_rate: float = Field(80, gt=0, validation_alias="ACOMPANA_WHATSAPP_RATE")
    smtp_url: str = Field("", validation_alias="ACOMPANA_SMTP_URL", repr=False)
    email_from: str = Field("acompana@localhost", validation_alias="ACOMPANA_EMAIL_FROM")
    standing_line: str = Field("", validation_alias="ACOMPANA_STANDING_LINE")
    keys: str = Field("", validation_alias="ACOMPANA_KEYS", repr=False)
    allow_draft_content: bool | None = Field(None, validation_alias="ACOMPANA_ALLOW_DRAFT_CONTENT")

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

    def sender(self, channel: str) -> str:
        """Return the address we write from on a channel (`sms` or `whatsapp`)."""
        if channel == "whatsapp":
            return self.whatsapp_from or (DEMO_WHATSAPP_FROM if self.demo else "")
        return self.sms_from or (DEMO_SMS_FROM if self.demo else "")

    def rate(self, channel: str) -> float:
        """Return messages a second for the sender of a channel."""
        return self.whatsapp_rate if channel == "whatsapp" else self.sms_rate

    @cached_property
    def socket_folder(self) -> Path:
        return self.home / "database"
