"""`acompana rota`: who is on duty, and the hours in which nobody is."""

import sys
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
from bot.services.replace_rota import Person, Replaced, replace_rota
from bot.settings import Settings
from bot.store import database

commands = typer.Typer(help="The duty rota: staff, hours, gaps.")


@commands.command("set")
def set_(
    file: Annotated[Path, typer.Argument(help="YAML as in content/demo/programme.yml")],
    check: Annotated[bool, typer.Option(help="Only show what it would change")] = False,
) -> None:
    """Enter the whole rota: staff and their hours. Who is not in FILE any more has left.

    Who has a known number, or a known name and a new number, is changed and not added again.
    """
    people = _staff_of(file)
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        done = replace_rota(session, people, parts)
        if check:
            session.rollback()
    _show(done, check)


def _show(done: Replaced, is_check: bool) -> None:
    if is_check:
        print("Nothing was stored.", file=sys.stderr)
    print(f"{done.count} {'person is' if done.count == 1 else 'people are'} on the rota.")
    for before, now in done.changed:
        for line in _changes(before, now):
            print(line)
    if ids := done.without_case_manager:
        print(f"Contacts whose case manager has left: {len(ids)}. Somebody has to be assigned:")
        print("acompana contacts assign --to NAME", *ids)


def _changes(before: Person | None, now: Person) -> list[str]:
    """Return what is different about one person; who is new needs no line where everybody is."""
    if before is None:
        return [f"{now.name} is new."]
    if not now.works_here:
        return [f"{now.name} has left."]
    lines = [] if before.works_here else [f"{now.name} is back."]
    if before.name != now.name:
        lines.append(f"{before.name} is called {now.name} now: the number is the same.")
    if before.number != now.number:
        lines.append(f"{now.name}: {before.number} -> {now.number}: the name is the same.")
    return lines


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
