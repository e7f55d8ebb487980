"""`acompana simulate`: the whole programme in fast motion, and its report."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bot.app.simulation.picture import drawing
from bot.app.simulation.simulate import simulate as run_simulation
from bot.app.simulation.words import as_markdown
from bot.app.simulation.world import Wanted
from bot.cli.output import Json, show_json
from bot.settings import Settings


def simulate(
    contacts: Annotated[int, typer.Option(help="Children and caregivers together")],
    days: Annotated[int, typer.Option(help="How long the simulation goes on")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same run")] = 1,
    real_share: Annotated[
        float, typer.Option(help="Share of those who answer whose first tap goes the whole way")
    ] = 0.02,
    processes: Annotated[
        int, typer.Option(help="How many share the families; 0 chooses by their number")
    ] = 0,
    output: Annotated[
        Path | None, typer.Option(help="A folder for report.md, report.json and load.svg")
    ] = None,
    as_json: Json = False,
) -> None:
    """Let invented families live through the programme; exit 1 if a promise was broken."""
    with _only_errors_logged():
        report = _run(Wanted(contacts, days, seed, real_share), processes)
    if output is not None:
        _write(report, output)
    if as_json:
        show_json(report)
    else:
        print(as_markdown(report))
    if report["broken_promises"]:
        raise typer.Exit(1)


@contextmanager
def _only_errors_logged() -> Iterator[None]:
    """Two invented years log what two real ones would."""
    ours = logging.getLogger("bot")
    before = ours.level
    ours.setLevel(logging.ERROR)
    try:
        yield
    finally:
        ours.setLevel(before)


def _run(wanted: Wanted, processes: int) -> dict[str, Any]:
    """Run it with a bar on standard error."""
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}% of the days"))
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, *times, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("days", total=1.0)
        return run_simulation(
            wanted, Settings(), lambda part: bar.update(task, completed=part), processes
        )


def _write(report: dict[str, Any], folder: Path) -> None:
    """Write the report for people and for programs, and the load curve."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = as_markdown(report) + "\n![Load curve](load.svg)\n"
    (folder / "report.md").write_text(shown, encoding="utf-8")
    written = json.dumps(report, ensure_ascii=False, indent=2, default=str)
    (folder / "report.json").write_text(written, encoding="utf-8")
    (folder / "load.svg").write_text(drawing(report), encoding="utf-8")
