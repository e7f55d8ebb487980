"""`acompana journey`: the confirmed facts of a child's return."""

import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_json, show_one
from bot.errors import AcompanaError
from bot.phrasebook.source import read_yaml
from bot.services.set_journey import set_journey
from bot.settings import Settings
from bot.store import database, journeys

commands = typer.Typer(help="Confirmed travel facts.", no_args_is_help=True)


@commands.command("set")
def set_facts(
    contact: UUID,
    file: Path,
    confirmed_by: Annotated[str, typer.Option(help="Who confirmed the facts")] = "command line",
    as_json: Json = False,
) -> None:
    """Store the facts of FILE as the next version and print what changed."""
    if not file.exists():
        raise AcompanaError(f"There is no file {file}.")
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        change = set_journey(session, contact, read_yaml(file), confirmed_by, parts)
    facts = {name: {"before": old, "after": new} for name, (old, new) in change.facts.items()}
    if as_json:
        show_json({"version": change.version, "changes": facts})
        return
    print(f"Version {change.version} is stored.", file=sys.stderr)
    for name, values in facts.items():
        print(f"{name}: {values['before']} -> {values['after']}")


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
