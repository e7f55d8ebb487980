"""Tables for people outside: CSV, and workbooks for Excel and LibreOffice."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from bot.errors import AcompanaError

Value = str | int | float | None

BEGINS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""A text that begins so may be run by the program that opens the file; source: OWASP, CSV injection."""


@dataclass(frozen=True)
class Sheet:
    """One table."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]


def harmless(value: Value) -> Value:
    """Return a text of one line that no program takes for a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    line = " ".join(value.split())
    return f"'{line}" if line.startswith(BEGINS_A_FORMULA) else line


def write_csv(stream: TextIO, about: Sequence[str], sheet: Sheet) -> None:
    """Write what the table is, each line behind a #, and the table."""
    stream.writelines(f"# {' '.join(line.split())}\n" for line in about)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(sheet.columns)
    writer.writerows([harmless(value) for value in row] for row in sheet.rows)


def write_workbook(path: Path, about: Sequence[str], sheets: Sequence[Sheet]) -> None:
    """Write a workbook whose first sheet says what the others are; nothing is left in a temporary file."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    try:
        with xlsxwriter.Workbook(str(path), options) as book:
            _write(book, Sheet("About", ("About",), [(line,) for line in about]))
            for sheet in sheets:
                _write(book, sheet)
    except (OSError, XlsxWriterException) as failure:
        raise AcompanaError(f"{path} cannot be written: {failure}") from None


def _write(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title)
    page.set_column(0, max(len(sheet.columns) - 1, 0), 20)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, sheet.columns, book.add_format({"bold": True}))
    for number, row in enumerate(sheet.rows, start=1):
        page.write_row(number, 0, [harmless(value) for value in row])
