"""What production needs before it starts: each refusal names what is missing and how to mend it."""

from bot.errors import SettingsError
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.settings import CONTENT, Settings


def refuse_unfit(settings: Settings) -> None:
    """Raise a `SettingsError` that lists everything that keeps production from starting."""
    if settings.demo:
        return
    wrong = unfit(settings, read_phrasebook(CONTENT))
    if wrong:
        raise SettingsError("Production does not start:\n- " + "\n- ".join(wrong))


def unfit(settings: Settings, words: Phrasebook) -> list[str]:
    """Return a sentence for everything that production lacks."""
    return [*_settings(settings), *_content(settings, words)]


def _settings(settings: Settings) -> list[str]:
    needed = {
        "ACOMPANA_KEYS": settings.keys,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_token,
        "ACOMPANA_PUBLIC_URL": settings.public_url,
        "ACOMPANA_SMS_FROM or TWILIO_MESSAGING_SERVICE_SID": settings.sms_from
        or settings.messaging_service_sid,
    }
    needed["ACOMPANA_STANDING_LINE"] = settings.standing_line
    missing = [f"{name} is not set." for name, value in needed.items() if not value]
    if settings.public_url and not settings.public_url.startswith("https://"):
        missing.append("ACOMPANA_PUBLIC_URL must begin with https://.")
    return missing


def _content(settings: Settings, words: Phrasebook) -> list[str]:
    found = [
        f"The emergency number of {country} was verified by nobody (content/services/{country}.yml)."
        for country, line in words.emergency.items()
        if line.verified_on is None
    ]
    found += [
        f"The line {line.number} of {country} was verified by nobody (content/services/{country}.yml)."
        for country, lines in words.help_lines.items()
        for line in lines
        if line.verified_on is None
    ]
    if not settings.offers_drafts:
        found += [
            f"The texts in {language.name} were reviewed by nobody (content/languages.yml)."
            for language in words.languages.values()
            if not language.reviewed_by
        ]
    return found
