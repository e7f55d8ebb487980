"""`acompana rota`: who is on duty, and the hours in which nobody is."""

from pathlib import Path
from typing import Annotated

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_rows
from bot.errors import AcompanaError
from bot.phrasebook.source import read_yaml
from bot.services import rota as planning
from bot.services.set_rota import set_rota
from bot.settings import Settings
from bot.store import database

commands = typer.Typer(help="The duty rota: staff, hours, gaps.")


@commands.command("set")
def set_(
    file: Annotated[Path, typer.Argument(help="YAML as in content/demo/programme.yml")],
) -> None:
    """Enter staff and their hours; people with a known number are changed, not added again."""
    if not file.exists():
        raise AcompanaError(f"There is no file {file}.")
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        count = set_rota(session, read_yaml(file).get("staff") or {})
    print(f"{len(count)} people are on the rota.")


@commands.command()
def gaps(
    days: Annotated[int, typer.Option(help="How far to look ahead.")] = 14, as_json: Json = False
) -> None:
    """Show the hours in which no case manager is on duty; supervisors are called then."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        found = planning.unstaffed(session, parts.now(), days)
    rows = [
        {
            "country": gap.country,
            "from": gap.begins_at.isoformat(timespec="minutes"),
            "to": gap.ends_at.isoformat(timespec="minutes"),
        }
        for gap in found
    ]
    show_rows(rows, as_json)
