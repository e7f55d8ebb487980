"""`acompana journey`: the confirmed facts of a child's return."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_json, show_one
from bot.errors import AcompanaError
from bot.phrasebook.source import read_yaml
from bot.services.set_journey import Change, set_journey
from bot.services.show_plan import Move, moves_of
from bot.settings import Settings
from bot.store import database, journeys

commands = typer.Typer(help="Confirmed travel facts.", no_args_is_help=True)


@commands.command("set")
def set_facts(
    contact: UUID,
    file: Path,
    confirmed_by: Annotated[str, typer.Option(help="Who confirmed the facts")] = "command line",
    check: Annotated[bool, typer.Option(help="Only show what it would change")] = False,
    as_json: Json = False,
) -> None:
    """Store the facts of FILE as the next version; print what changed and which messages move."""
    if not file.exists():
        raise AcompanaError(f"There is no file {file}.")
    facts, changes = read_yaml(file), []
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        moves = moves_of(
            session,
            contact,
            parts,
            lambda: changes.append(set_journey(session, contact, facts, confirmed_by, parts)),
        )
        if check:
            session.rollback()
    _show(changes[0], moves, check, as_json)


def _show(change: Change, moves: Sequence[Move], is_check: bool, as_json: bool) -> None:
    facts = {name: {"before": old, "after": new} for name, (old, new) in change.facts.items()}
    if as_json:
        version = None if is_check else change.version
        show_json({"version": version, "changes": facts, "moves": [asdict(m) for m in moves]})
        return
    stored = "Nothing was stored." if is_check else f"Version {change.version} is stored."
    print(stored, file=sys.stderr)
    for name, values in facts.items():
        print(f"{name}: {values['before']} -> {values['after']}")
    for move in moves:
        print(f"{move.role} {move.step}: {_moment(move.before)} -> {_moment(move.after)}")


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else "not planned"


@commands.command()
def show(contact: UUID, as_json: Json = False) -> None:
    """The newest version."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = journeys.latest(session, contact)
        if row is None:
            raise AcompanaError("No journey was recorded for this contact.")
        facts = {
            "version": row.version,
            "confirmed_at": row.confirmed_at,
            "facts": row.facts,
        }
    show_one(facts if as_json else {"version": row.version, **row.facts}, as_json)
