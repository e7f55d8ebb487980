"""`acompana doctor`: what is wrong with this installation, and how to mend it."""

from collections.abc import Iterator
from datetime import datetime

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.app import risk_training
from bot.app.compose import composed
from bot.app.production import unfit
from bot.app.risk_training import DATA
from bot.app.training import is_stale, model_path, rasa_python
from bot.cli.output import Json, show_rows
from bot.errors import AcompanaError
from bot.gateways.twilio import account_problem
from bot.phrasebook.checks import check_content
from bot.phrasebook.phrasebook import Phrasebook, read_phrasebook
from bot.safety.lexicon import read_lexicon
from bot.safety.policy import read_risk_policy
from bot.services import rota
from bot.settings import CONTENT, Settings
from bot.store import contacts, database

Check = tuple[str, str, str]
DAYS_AHEAD = 7


def doctor(as_json: Json = False) -> None:
    """Check settings, database, model, Twilio and content; exit 1 with what is wrong."""
    settings = Settings()
    checks = [
        *_settings(settings),
        *_model(settings),
        *_screening(settings),
        *_content(),
        *templates_without_approval(read_phrasebook(CONTENT)),
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


def _screening(settings: Settings) -> Iterator[Check]:
    """The lexicon and the policy are read; what is trained is there and fresh."""
    try:
        count = sum(len(one.phrases) for one in read_lexicon(DATA / "lexicon").languages.values())
        read_risk_policy(CONTENT, DATA)
    except AcompanaError as broken:
        yield "screening", "wrong", str(broken)
        return
    if risk_training.learned(settings).is_stale():
        yield (
            "screening",
            "wrong",
            "The screening was not trained on what is there; run: make train",
        )
    else:
        yield "screening", "ok", f"trained; {count} wordings in the lexicon"


def _rota(session: Session, settings: Settings, moment: datetime) -> Iterator[Check]:
    """Hours without a case manager in the coming week, and whether a supervisor is there at all."""
    if not rota.supervisors(session, moment):
        yield "rota", "wrong", "There is no supervisor; enter staff with: acompana rota set"
    for country in {row.country for row in contacts.everyone(session)}:
        hours = sum(
            (gap.ends_at - gap.begins_at).total_seconds() / 3600
            for gap in rota.unstaffed(session, moment, DAYS_AHEAD)
            if gap.country == country
        )
        if hours:
            what = f"{country}: nobody on duty for {hours:.0f} of the next {DAYS_AHEAD * 24} hours"
            yield "rota", "note", f"{what} (acompana rota gaps); the supervisor is called then"
    if not settings.standing_line_number:
        yield "rota", "wrong", "ACOMPANA_STANDING_LINE is not set."


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


def templates_without_approval(words: Phrasebook) -> Iterator[Check]:
    """Templates that nobody has approved in some language; another channel is used: nothing is wrong."""
    for message_id, template in words.templates.items():
        lacking = [code for code in words.languages if code not in template.references]
        if lacking:
            what = f"{message_id} has no ContentSid for {', '.join(lacking)}"
            yield "template", "note", f"{what} (content/templates.yml): SMS is used instead"


def _database(settings: Settings) -> Iterator[Check]:
    try:
        with (
            composed(settings) as parts,
            database.unit_of_work(parts.engine) as session,
        ):
            count = len(contacts.everyone(session))
            staffing = list(_rota(session, settings, parts.now()))
    except (AcompanaError, SQLAlchemyError) as failure:
        yield "database", "wrong", str(failure).splitlines()[0]
        return
    where = "DATABASE_URL" if settings.database_url else "embedded"
    yield "database", "ok", f"{where}, {count} contacts"
    yield from staffing or [
        ("rota", "ok", f"somebody is on duty at every hour of {DAYS_AHEAD} days")
    ]


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
