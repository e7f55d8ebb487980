"""Results on standard output, as a table for people or JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show_rows(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    """Print rows that have the same keys."""
    if as_json:
        show_json(list(rows))
        return
    table = Table(*(rows[0] if rows else ["nothing"]))
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def show_one(entry: Mapping[str, Any], as_json: bool) -> None:
    """Print one thing."""
    if as_json:
        show_json(entry)
        return
    for key, value in entry.items():
        print(f"{key}: {_cell(value)}")


def show_json(value: Any) -> None:
    """Print JSON with the letters as they are."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_cell(entry) for entry in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items())
    return "" if value is None else str(value)
