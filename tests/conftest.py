"""Real parts for all tests: PostgreSQL (embedded, one template), Rasa with the trained model, our words."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine

from bot.app.processes import Child, own_environment, rasa_child
from bot.app.risk_training import DATA, screener
from bot.app.run import prepare_model, prepare_risk_model, started
from bot.clock import now
from bot.domain.risk import Screening
from bot.gateways.dialogue import RasaDialogue
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.safety.policy import read_risk_policy
from bot.safety.taxonomy import read_taxonomy
from bot.services.parts import Parts, Safety
from bot.settings import CONTENT, ROOT, Settings
from bot.store import database, embedded, encryption
from tests.builders import Family, make_family
from tests.conversation import Conversation
from tests.doubles.dialogue import ScriptedDialogue
from tests.doubles.notifier import RecordingNotifier
from tests.doubles.provider import AcceptingProvider
from tests.doubles.twilio_api import ACCOUNT, TOKEN, TwilioApi
from tests.pretended_time import PretendedTime
from tests.waiting import wait_until

TEMPLATE = "acompana_template"
UNPACED = 1e9
"""So fast that a sender is free at once even while a test's clock stands still."""


def free_port() -> int:
    """Return a port with its neighbours for dialogue (+5) and actions (+55) free: tests may run twice."""
    for port in range(18_000 + os.getpid() % 1_000 * 20, 60_000, 100):
        if all(is_free(port + offset) for offset in (0, 5, 55)):
            return port
    raise AssertionError("no free port")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


NO_ACCOUNT = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "ACOMPANA_SMTP_URL", "ACOMPANA_KEYS")


@pytest.fixture(scope="session", autouse=True)
def nobody_is_written_to() -> Iterator[None]:
    """A test has no account, whatever a developer's environment or `.env` says: "" outranks both."""
    with pytest.MonkeyPatch.context() as environment:
        for field in Settings.model_fields.values():
            environment.delenv(str(field.validation_alias), raising=False)
        for name in NO_ACCOUNT:
            environment.setenv(name, "")
        yield


@pytest.fixture(scope="session")
def private_folder() -> Iterator[Path]:
    """A folder that the database's own user may enter; pytest's belong to one session at a time."""
    folder = Path(tempfile.mkdtemp(prefix="acompana-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A demo with a home of its own and the model that `make train` keeps."""
    return Settings(_env_file=None).model_copy(
        update={
            "mode": "demo",
            "port": free_port(),
            "home": ROOT / "var",
            "public_url": "https://acompana.example",
            "sms_rate": UNPACED,
            "whatsapp_rate": UNPACED,
            "twilio_account_sid": "",
            "twilio_auth_token": "",
            "database_url": "",
        }
    )


@pytest.fixture(scope="session")
def words() -> Phrasebook:
    return read_phrasebook(CONTENT)


@pytest.fixture(scope="session")
def server(private_folder: Path) -> Iterator[str]:
    """The address of an embedded server with a migrated template database.

    It need not outlive a power cut, so it waits for no disk: what is killed in tests is never it.
    """
    encryption.install(encryption.demo_keys(private_folder / "keys"))
    running = embedded.start(private_folder / "database")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        running.psql(f"ALTER SYSTEM SET {setting} = off")
    running.psql("SELECT pg_reload_conf()")
    url = embedded.address_of(running, TEMPLATE)
    database.create_database(url)
    database.migrate(url)
    yield url
    running.cleanup()


@pytest.fixture
def database_url(server: str) -> Iterator[str]:
    """A database of its own for one test, copied from the template."""
    url = database.with_driver(database.raw_address(server, f"test_{uuid4().hex[:12]}"))
    database.create_database(url, template=TEMPLATE)
    yield url
    database.drop_database(url)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = database.connect(database_url)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def trained(settings: Settings) -> Settings:
    """The settings of a home in which the model is trained."""
    with one_trains(settings):
        prepare_model(settings)
    return settings


@contextmanager
def one_trains(settings: Settings) -> Iterator[None]:
    """The workers of a test run share one home: the first one trains, the others wait for it."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with (settings.home / "training.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


@pytest.fixture(scope="session")
def rasa(trained: Settings) -> Iterator[RasaDialogue]:
    """The real dialogue engine with its real actions, started once."""
    dialogue = RasaDialogue(trained.dialogue_url)
    with started([rasa_child(trained), actions_child(trained)]):
        wait_until(dialogue.ready, seconds=90)
        wait_until(lambda: actions_ready(trained), seconds=60)
        yield dialogue
        dialogue.close()


def actions_child(settings: Settings) -> Child:
    environment = own_environment(settings, "")
    command = [sys.executable, "-m", "bot.cli.main", "actions"]
    return Child("actions", command, environment, settings.home / "logs" / "test-actions.log")


def actions_ready(settings: Settings) -> bool:
    try:
        url = f"http://127.0.0.1:{settings.actions_port}/health"
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def screen(settings: Settings) -> Callable[[str, Sequence[str]], Screening]:
    """The real screening with the model that `make train` keeps."""
    with one_trains(settings):
        prepare_risk_model(settings)
    return screener(settings.home).screen


@pytest.fixture
def notifier() -> RecordingNotifier:
    return RecordingNotifier()


@pytest.fixture
def safety(
    screen: Callable[[str, Sequence[str]], Screening], notifier: RecordingNotifier
) -> Safety:
    """The real screening and policy; staff are called in memory."""
    return safety_with(screen, notifier)


def safety_with(
    screen: Callable[[str, Sequence[str]], Screening], notifier: RecordingNotifier
) -> Safety:
    taxonomy = read_taxonomy(DATA / "taxonomy.yml")
    return Safety(screen, taxonomy, read_risk_policy(CONTENT, DATA), notifier)


@pytest.fixture
def provider() -> AcceptingProvider:
    return AcceptingProvider()


@pytest.fixture
def parts(
    settings: Settings,
    engine: Engine,
    words: Phrasebook,
    provider: AcceptingProvider,
    safety: Safety,
    rasa: RasaDialogue,
) -> Parts:
    """All parts, the real dialogue engine among them."""
    return Parts(settings, engine, words, rasa, provider, safety, now)


@pytest.fixture
def dialogue() -> ScriptedDialogue:
    return ScriptedDialogue()


@pytest.fixture
def quiet_parts(
    settings: Settings,
    engine: Engine,
    words: Phrasebook,
    provider: AcceptingProvider,
    safety: Safety,
    dialogue: ScriptedDialogue,
) -> Parts:
    """Parts whose dialogue engine does as the test says: for what has to work without Rasa."""
    return Parts(settings, engine, words, dialogue, provider, safety, now)


@pytest.fixture
def quiet_conversation(quiet_parts: Parts) -> Iterator[Conversation]:
    """Wendy's conversation by SMS with a scripted dialogue engine."""
    with Conversation(quiet_parts, make_family(quiet_parts).child) as talk:
        yield talk


@pytest.fixture
def family(parts: Parts) -> Family:
    """Wendy, seven, and her mother Marta, with a journey in which everything is confirmed."""
    return make_family(parts)


@pytest.fixture
def conversation(parts: Parts, family: Family) -> Iterator[Conversation]:
    """Wendy's conversation by SMS."""
    with Conversation(parts, family.child) as talk:
        yield talk


@pytest.fixture
def time() -> PretendedTime:
    return PretendedTime()


@pytest.fixture
def twilio_api(time: PretendedTime) -> Iterator[TwilioApi]:
    """Twilio's REST API on this machine."""
    with TwilioApi(now=time.now) as api:
        yield api


@pytest.fixture
def twilio_settings(settings: Settings, twilio_api: TwilioApi) -> Settings:
    """The settings of a deployment whose Twilio account is the double's."""
    account = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN}
    return settings.model_copy(update=account | {"twilio_api_url": twilio_api.url})
