"""The composition root: settings become the parts that services work with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from bot.app.database import reachable_database
from bot.clock import now
from bot.gateways.dialogue import RasaDialogue
from bot.gateways.sending import Provider
from bot.gateways.stand_in import StandInProvider
from bot.gateways.twilio import TwilioProvider
from bot.phrasebook.phrasebook import read_phrasebook
from bot.services.parts import Parts
from bot.settings import CONTENT, Settings
from bot.store import database, encryption
from bot.store.tables import ProviderContentRow


@contextmanager
def composed(settings: Settings) -> Iterator[Parts]:
    """Yield the parts of one process; the embedded database stops with its last user."""
    install_keys(settings)
    with reachable_database(settings) as url:
        engine = database.connect(url)
        try:
            yield Parts(
                settings=settings,
                engine=engine,
                words=read_phrasebook(CONTENT),
                dialogue=RasaDialogue(settings.dialogue_url),
                provider=provider_for(settings, engine),
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
