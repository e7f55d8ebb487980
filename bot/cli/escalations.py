"""`acompana escalations`: the queue of those who need a person."""

from typing import Annotated

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_one, show_rows
from bot.services import handle_escalation, show_escalation
from bot.services.find_staff import staff_named
from bot.settings import Settings
from bot.store import database, escalations

commands = typer.Typer(help="Escalations: who needs a person, and the whole chain.")

Name = Annotated[str, typer.Argument(help="Code, id, or the beginning of an id.")]
By = Annotated[str, typer.Option("--by", help="Who does it: a name of the staff.")]
Note = Annotated[str, typer.Option("--note", help="What was done, in a sentence.")]


@commands.command("list")
def list_(
    closed: Annotated[bool, typer.Option("--all", help="The closed ones too.")] = False,
    as_json: Json = False,
) -> None:
    """Show the queue, the most urgent first."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        rows = escalations.listed(session, closed=closed)
        show_rows([show_escalation.summary(session, row, parts) for row in rows], as_json)


@commands.command()
def show(name: Name, as_json: Json = False) -> None:
    """Show one with its whole chain: said, seen, acknowledged, acted, confirmed, with times."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = escalations.named(session, name)
        show_one(show_escalation.whole(session, row, parts), as_json)


@commands.command()
def acknowledge(name: Name, by: By) -> None:
    """Note that somebody has it."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = escalations.lock(session, escalations.named(session, name).id)
        handle_escalation.acknowledge(session, row, staff_named(session, by).id, parts)
        print(f"{row.code} is {row.state}.")


@commands.command()
def act(name: Name, by: By, note: Note) -> None:
    """Record what was done for the contact."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = escalations.lock(session, escalations.named(session, name).id)
        handle_escalation.record_action(session, row, staff_named(session, by).id, note, parts)
        print(f"{row.code} is {row.state}.")


@commands.command()
def close(
    name: Name,
    by: By,
    note: Note,
    release: Annotated[
        bool, typer.Option("--release-journey", help="The journey may be spoken of again.")
    ] = False,
    keep_held: Annotated[
        bool,
        typer.Option("--keep-held", help="A held journey stays held, and no task reminds of it."),
    ] = False,
) -> None:
    """End it with a reason. Only a person ends the risk state.

    Where the journey is held, say what becomes of it; else a task stays open.
    """
    if release and keep_held:
        raise typer.BadParameter("A journey is released or kept held, not both.")
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        row = escalations.lock(session, escalations.named(session, name).id)
        by_id = staff_named(session, by).id
        handle_escalation.close(
            session, row, by_id, note, parts, release=release, keep_held=keep_held
        )
        print(f"{row.code} is {row.state}.")
