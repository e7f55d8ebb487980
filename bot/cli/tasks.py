"""`acompana tasks`: what a person has to do, of every kind, in one queue."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from bot.app.compose import composed
from bot.cli.output import Json, show_json, show_one, show_rows
from bot.errors import AcompanaError, NotFound
from bot.services.find_staff import staff_named
from bot.services.task_queue import DONE, Wanted, show_task, task_queue
from bot.services.tasks import finish_task
from bot.settings import Settings
from bot.store import database, escalations, tasks
from bot.store.risk_tables import EscalationRow
from bot.store.tables import TaskRow

commands = typer.Typer(help="Tasks: what a person has to do, of every kind.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Id, or the beginning of an id.")]
Names = Annotated[bool, typer.Option("--names", help="Names: only on the case manager's screen.")]

ID_SHOWN, NAME_SHOWN = 8, 18
"""Characters of the table: with them the widest line has a hundred."""


@commands.command("list")
def list_(
    mine: Annotated[str | None, typer.Option(help="Only those of this case manager.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as disclosure.")] = None,
    done: Annotated[bool, typer.Option("--all", help="What is done too.")] = False,
    names: Names = False,
    as_json: Json = False,
) -> None:
    """Show the queue: what is overdue first, then by deadline, then by tier."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        staff_id = staff_named(session, mine).id if mine is not None else None
        queue = task_queue(session, parts, Wanted(staff_id, kind, done, names))
        if as_json:
            show_json(queue)
        else:
            show_rows([_line(entry, parts.now()) for entry in queue], as_json=False)


@commands.command()
def show(name: Name, names: Names = False, as_json: Json = False) -> None:
    """Show one with what was noted about it; with --names also what the contact wrote."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = _named(session, name)
        show_one(show_task(session, row, parts, names=names), as_json)


@commands.command()
def done(
    name: Name,
    by: Annotated[str, typer.Option("--by", help="Who did it: a name of the staff.")],
    note: Annotated[str, typer.Option("--note", help="What was done, in a sentence.")],
) -> None:
    """Note that it is done, by whom, and what was done."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = tasks.lock(session, _named(session, name).id)
        if row is None:
            raise NotFound(f"There is no task {name}.")
        finish_task(session, row, staff_named(session, by), note, parts)
        print(f"{str(row.id)[:ID_SHOWN]} is done.")


def _named(session: Session, name: str) -> TaskRow:
    """Return the task; a disclosure has commands of its own."""
    try:
        return tasks.named(session, name)
    except NotFound:
        row = _escalation(session, name)
        if row is None:
            raise
    raise AcompanaError(
        f"That is a disclosure: `acompana escalations show {row.code}` and `close`."
    )


def _escalation(session: Session, name: str) -> EscalationRow | None:
    try:
        return escalations.named(session, name)
    except AcompanaError:
        return None


def _line(entry: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return one line of the table; a moment in JSON is how far away it is here."""
    return {
        "task": entry["code"] or entry["id"][:ID_SHOWN],
        "kind": entry["kind"],
        "tier": entry["tier"] or "",
        "due": _due(entry, now),
        "contact": entry.get("name", entry["contact"][:ID_SHOWN])[:NAME_SHOWN],
        "case manager": (entry["case_manager"] or "")[:NAME_SHOWN],
    }


def _due(entry: Mapping[str, Any], now: datetime) -> str:
    if entry["state"] == DONE or entry["due_at"] is None:
        return DONE if entry["state"] == DONE else ""
    left = datetime.fromisoformat(entry["due_at"]) - now
    if entry["overdue"]:
        return f"{_span(-left)} late"
    return f"in {_span(left)}" if left > timedelta(0) else str(entry["state"])


def _span(time: timedelta) -> str:
    """Return a length of time in the largest unit of which there are two."""
    minutes = int(time.total_seconds() // 60)
    for unit, length in (("days", 1440), ("h", 60)):
        if minutes >= 2 * length:
            return f"{minutes // length} {unit}"
    return f"{minutes} min"
