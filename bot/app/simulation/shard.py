"""Put one share of a simulation together: its parts, its people, its staff."""

from dataclasses import replace

import psycopg
from sqlalchemy import create_engine

from bot.app.risk_training import DATA
from bot.app.simulation.clock import VirtualClock
from bot.app.simulation.dialogue import PlayedDialogue
from bot.app.simulation.population import families
from bot.app.simulation.sayings import Sayings
from bot.app.simulation.screening import lexicon_screener
from bot.app.simulation.staff import hire
from bot.app.simulation.world import Wanted, World
from bot.gateways.notifying import Call
from bot.gateways.stand_in import StandInProvider
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.phrasebook.templates import Template
from bot.safety.policy import read_risk_policy
from bot.safety.taxonomy import read_taxonomy
from bot.services.parts import Parts, Safety
from bot.settings import CONTENT, Settings
from bot.store import database
from bot.store.embedded import with_driver


class SilentNotifier:
    """Takes every notification to staff and sends nothing."""

    def send(self, call: Call) -> str:
        return f"NT{call.id.hex}"


def made_world(wanted: Wanted, settings: Settings, url: str, share: int, shares: int) -> World:
    """Return the share of the families with that number, in the database of that address."""
    clock = VirtualClock()
    parts = _parts(settings, url, clock)
    with database.unit_of_work(parts.engine) as session:
        staff = hire(session)
    case_managers = [key for key, person in staff.items() if person.role == "case_manager"]
    everybody = families(wanted.contacts, wanted.days, wanted.seed, case_managers)
    mine = everybody[share::shares]
    eye = psycopg.connect(database.raw_address(url), autocommit=True)
    return World(wanted, parts, clock, mine, staff, Sayings(parts.words), eye)


def _parts(settings: Settings, url: str, clock: VirtualClock) -> Parts:
    return Parts(
        settings=settings,
        engine=create_engine(
            with_driver(url),
            pool_size=3,
            query_cache_size=2_000,
            execution_options={database.NOBODY_LISTENS: True},
        ),
        words=with_approved_templates(read_phrasebook(CONTENT)),
        dialogue=PlayedDialogue(),
        provider=StandInProvider(settings),
        safety=Safety(
            screen=lexicon_screener().screen,
            taxonomy=read_taxonomy(DATA / "taxonomy.yml"),
            policy=read_risk_policy(CONTENT, DATA),
            notifier=SilentNotifier(),
        ),
        now=clock.now,
        pause=clock.pause,
    )


def with_approved_templates(words: Phrasebook) -> Phrasebook:
    """Return the words as they will be once Meta has approved every template."""
    templates = {name: _approved(template) for name, template in words.templates.items()}
    return replace(words, templates=templates)


def _approved(template: Template) -> Template:
    references = dict.fromkeys(("es", "en"), f"HX{template.name}"[:34])
    return replace(template, references=references)
