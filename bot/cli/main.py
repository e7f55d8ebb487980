"""`acompana`: exit 0 done, 1 refused with one sentence on standard error, 2 wrong usage."""

import sys

import typer

from bot.cli import (
    contacts,
    content,
    escalations,
    export,
    indicators,
    journey,
    processes,
    rota,
    screening,
    talking,
    tasks,
    understanding,
)
from bot.cli.doctor import doctor
from bot.cli.simulate import simulate
from bot.cli.tick import tick
from bot.errors import AcompanaError

app = typer.Typer(
    help="Acompaña: goes with returned children and the people who receive them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(contacts.commands, name="contacts")
app.add_typer(journey.commands, name="journey")
app.add_typer(content.commands, name="content")
app.add_typer(escalations.commands, name="escalations")
app.add_typer(rota.commands, name="rota")
app.add_typer(indicators.commands, name="indicators")
app.add_typer(export.commands, name="export")
app.add_typer(tasks.commands, name="tasks")
for command in (
    processes.run,
    processes.web,
    processes.worker,
    processes.actions,
    processes.train,
    processes.migrate,
    talking.chat,
    talking.demo,
    understanding.understand,
    screening.screen,
    tick,
    simulate,
    doctor,
):
    app.command()(command)


def main() -> None:
    """Run a command; a refusal is one plain sentence."""
    try:
        app()
    except AcompanaError as refused:
        print(str(refused), file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
