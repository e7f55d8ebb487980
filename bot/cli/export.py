"""`acompana export`: tables for people outside, without identities."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy.orm import Session

from bot.app.compose import composed
from bot.errors import AcompanaError
from bot.gateways.spreadsheets import write_csv, write_workbook
from bot.services.export_indicators import Table, about, sheet_of
from bot.services.parts import Parts
from bot.settings import Settings
from bot.store import database

commands = typer.Typer(help="Tables for people outside, without identities.", no_args_is_help=True)


class Format(StrEnum):
    """What is written: one table, or a workbook with all of them."""

    CSV = "csv"
    XLSX = "xlsx"


WORKBOOK = Path("indicators.xlsx")


@commands.command()
def indicators(
    form: Annotated[Format, typer.Option("--format", help="xlsx holds all tables")] = Format.CSV,
    output: Annotated[
        Path | None, typer.Option(help=f"Else csv goes to standard output, xlsx to {WORKBOOK}")
    ] = None,
    table: Annotated[Table | None, typer.Option(help="For csv; else indicators")] = None,
) -> None:
    """Count the programme's indicators, small cells suppressed; the rules stand in the file itself."""
    if form is Format.XLSX and table is not None:
        raise AcompanaError("A workbook holds all tables; --table is for csv.")
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        if form is Format.XLSX:
            output = output or WORKBOOK
            write_workbook(output, about(parts), [sheet_of(session, each) for each in Table])
        else:
            _write_csv(session, output, table or Table.INDICATORS, parts)
    if output is not None:
        print(f"{output} is written.", file=sys.stderr)


def _write_csv(session: Session, output: Path | None, table: Table, parts: Parts) -> None:
    sheet = sheet_of(session, table)
    with _stream(output) as stream:
        write_csv(stream, about(parts), sheet)


@contextmanager
def _stream(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        return
    try:
        with output.open("w", encoding="utf-8", newline="") as stream:
            yield stream
    except OSError as failure:
        raise AcompanaError(f"{output} cannot be written: {failure.strerror}.") from None
