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
from bot.cli.escalations import By
from bot.cli.output import Json, show_json, show_one
from bot.errors import AcompanaError
from bot.phrasebook.source import read_yaml
from bot.services.find_staff import staff_named
from bot.services.held_journey import decide
from bot.services.set_journey import Change, set_journey
from bot.services.show_plan import Move, moves_of
from bot.settings import Settings
from bot.store import contacts, database, journeys

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
def release(
    child: UUID,
    by: By,
    note: Annotated[str, typer.Option("--note", help="Why, in a sentence.")],
    keep: Annotated[
        bool, typer.Option("--keep", help="It stays held: somebody has looked.")
    ] = False,
) -> None:
    """Let a journey that is held for fear of return be spoken of again, or keep it held."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = contacts.get(session, child)
        decide(session, row, staff_named(session, by), note, parts, release=not keep)
    print("The journey stays held." if keep else "The journey is released.")


@commands.command()
def show(contact: UUID, as_json: Json = False) -> None:
    """The newest version."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = journeys.latest(session, contact)
        if row is None:
            raise AcompanaError("No journey was recorded for this contact.")
        held_at = contacts.get(session, contact).journey_held_at
        held = {"held_at": held_at} if held_at else {}
        facts = {
            "version": row.version,
            "confirmed_at": row.confirmed_at,
            "facts": row.facts,
            **held,
        }
    show_one(facts if as_json else {"version": row.version, **held, **row.facts}, as_json)
