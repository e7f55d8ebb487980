"""`acompana doctor`: what is wrong with this installation, and how to mend it."""

from collections.abc import Iterator

import typer
from sqlalchemy.exc import SQLAlchemyError

from bot.app.compose import composed
from bot.app.production import unfit
from bot.app.training import is_stale, model_path, rasa_python
from bot.cli.output import Json, show_rows
from bot.errors import AcompanaError
from bot.gateways.twilio import account_problem
from bot.phrasebook.checks import check_content
from bot.phrasebook.phrasebook import read_phrasebook
from bot.settings import CONTENT, Settings
from bot.store import contacts, database

Check = tuple[str, str, str]


def doctor(as_json: Json = False) -> None:
    """Check settings, database, model, Twilio and content; exit 1 with what is wrong."""
    settings = Settings()
    checks = [
        *_settings(settings),
        *_model(settings),
        *_content(),
        *_database(settings),
    ]
    checks += [*_provider(settings)]
    rows = [{"part": part, "state": state, "what": what} for part, state, what in checks]
    show_rows(rows, as_json)
    if any(state == "wrong" for _, state, _ in checks):
        raise typer.Exit(1)


def _settings(settings: Settings) -> Iterator[Check]:
    lacking = unfit(settings, read_phrasebook(CONTENT))
    state = "note" if settings.demo else "wrong"
    yield "mode", "ok", settings.mode
    for sentence in lacking:
        yield "production", state, sentence


def _model(settings: Settings) -> Iterator[Check]:
    try:
        yield "dialogue engine", "ok", str(rasa_python().parent.parent.name)
    except AcompanaError as missing:
        yield "dialogue engine", "wrong", str(missing)
        return
    if not model_path(settings).exists():
        yield "model", "wrong", "No model was trained; run: make train"
    elif is_stale(settings):
        yield (
            "model",
            "wrong",
            "The model is older than what it learns from; run: make train",
        )
    else:
        yield "model", "ok", "trained on what is there"


def _content() -> Iterator[Check]:
    try:
        findings = check_content(CONTENT)
    except AcompanaError as broken:
        yield "content", "wrong", str(broken)
        return
    errors = [f for f in findings if f.severity == "error"]
    for finding in errors:
        yield "content", "wrong", f"{finding.where}: {finding.what}"
    if not errors:
        yield (
            "content",
            "ok",
            f"complete; {len(findings)} warnings (acompana content check)",
        )


def _database(settings: Settings) -> Iterator[Check]:
    try:
        with (
            composed(settings) as parts,
            database.unit_of_work(parts.engine) as session,
        ):
            count = len(contacts.everyone(session))
    except (AcompanaError, SQLAlchemyError) as failure:
        yield "database", "wrong", str(failure).splitlines()[0]
        return
    where = "DATABASE_URL" if settings.database_url else "embedded"
    yield "database", "ok", f"{where}, {count} contacts"


def _provider(settings: Settings) -> Iterator[Check]:
    if not settings.has_twilio:
        yield (
            "twilio",
            "note" if settings.demo else "wrong",
            "No account: the stand-in sends.",
        )
        return
    problem = account_problem(settings)
    yield "twilio", "wrong" if problem else "ok", problem or "the account answers"
