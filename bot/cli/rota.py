"""`acompana rota`: who is on duty, and the hours in which nobody is."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_rows
from bot.domain.contacts import COUNTRIES
from bot.domain.duty import Gap
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
    people = _staff_of(file)
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        count = len(set_rota(session, people))
    print(f"{count} {'person is' if count == 1 else 'people are'} on the rota.")


def _staff_of(file: Path) -> Any:
    if not file.exists() or file.is_dir():
        raise AcompanaError(f"There is no file {file}.")
    try:
        people = read_yaml(file).get("staff")
    except UnicodeDecodeError:
        raise AcompanaError(f"{file.name} is not written in UTF-8.") from None
    if not people:
        raise AcompanaError(f"{file.name} has nobody under `staff:`.")
    return people


@commands.command()
def gaps(
    days: Annotated[int, typer.Option(min=1, help="How far to look ahead.")] = 14,
    as_json: Json = False,
) -> None:
    """Show the hours in which no case manager is on duty; supervisors are called then."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        found = planning.unstaffed(session, _quarter(parts.now()), days)
    show_rows([_row(gap) for gap in found], as_json)


def _quarter(moment: datetime) -> datetime:
    """Return the quarter of an hour that has begun: shifts begin and end on quarters."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def _row(gap: Gap) -> dict[str, str]:
    """Return the gap in the country's own time, as the rota is written."""
    zone = ZoneInfo(COUNTRIES[gap.country])
    begins_at, ends_at = gap.begins_at.astimezone(zone), gap.ends_at.astimezone(zone)
    return {
        "country": gap.country,
        "from": begins_at.isoformat(timespec="minutes"),
        "to": ends_at.isoformat(timespec="minutes"),
    }
