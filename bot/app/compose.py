"""The composition root: settings become the parts that services work with."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Engine

from bot.app.database import reachable_database
from bot.app.risk_training import DATA, screener
from bot.clock import now
from bot.domain.risk import Screening
from bot.gateways.dialogue import RasaDialogue
from bot.gateways.email import EmailNotifier
from bot.gateways.notifying import Notifier, NotifierByChannel
from bot.gateways.sending import Provider
from bot.gateways.stand_in import StandInProvider
from bot.gateways.stand_in_notices import StandInNotifier
from bot.gateways.twilio import TwilioProvider
from bot.gateways.twilio_notices import TwilioNotifier
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.safety.policy import read_risk_policy
from bot.safety.taxonomy import read_taxonomy
from bot.services.parts import Parts, Safety
from bot.settings import CONTENT, Settings
from bot.store import database, encryption
from bot.store.tables import ProviderContentRow


@contextmanager
def composed(settings: Settings) -> Iterator[Parts]:
    """Yield the parts of one process; the embedded database stops with its last user."""
    install_keys(settings)
    with reachable_database(settings) as url:
        engine = database.connect(url)
        words = read_phrasebook(CONTENT)
        try:
            yield Parts(
                settings=settings,
                engine=engine,
                words=words,
                dialogue=RasaDialogue(settings.dialogue_url),
                provider=provider_for(settings, engine),
                safety=safety_for(settings, words),
                now=now,
            )
        finally:
            engine.dispose()


def install_keys(settings: Settings) -> None:
    """Make the field-encryption keys known to this process; only a demo makes its own."""
    if settings.keys or not settings.demo:
        encryption.install(encryption.read_keys(settings.keys))
    else:
        encryption.install(encryption.demo_keys(settings.home))


def provider_for(settings: Settings, engine: Engine) -> Provider:
    """Return Twilio where there is an account, else the stand-in."""
    if settings.has_twilio:
        return TwilioProvider(settings, _remember_content(engine))
    return StandInProvider(settings)


def safety_for(settings: Settings, words: Phrasebook) -> Safety:
    """Return what screens and calls; the models are read when the first message is screened."""

    def screen(text: str, earlier: Sequence[str]) -> Screening:
        return screener(settings.home).screen(text, earlier)

    return Safety(
        screen=screen,
        taxonomy=read_taxonomy(DATA / "taxonomy.yml"),
        policy=read_risk_policy(CONTENT, DATA),
        notifier=notifier_for(settings, words),
    )


def notifier_for(settings: Settings, words: Phrasebook) -> Notifier:
    """Return how staff are called: Twilio and SMTP where they are set, else the stand-in in a demo."""
    by_channel: dict[str, Notifier] = {}
    if settings.demo and not settings.has_twilio:
        by_channel = dict.fromkeys(("sms", "whatsapp", "voice", "email"), StandInNotifier())
    if settings.has_twilio:
        templates = {
            (message_id, language): reference
            for message_id, template in words.templates.items()
            for language, reference in template.references.items()
        }
        by_channel = dict.fromkeys(
            ("sms", "whatsapp", "voice"), TwilioNotifier(settings, templates)
        )
    if settings.smtp_url:
        by_channel["email"] = EmailNotifier(settings)
    return NotifierByChannel(by_channel)


def _remember_content(engine: Engine) -> Callable[[str, Callable[[], str]], str]:
    """Return a memory of button sets that all processes share."""

    def remember(fingerprint: str, create: Callable[[], str]) -> str:
        with database.unit_of_work(engine) as session:
            if known := session.get(ProviderContentRow, fingerprint):
                return known.provider_reference
        reference = create()
        with database.unit_of_work(engine) as session:
            session.merge(ProviderContentRow(fingerprint=fingerprint, provider_reference=reference))
        return reference

    return remember
