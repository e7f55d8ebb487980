"""`acompana content`: the catalogue."""

import sys
from typing import Annotated

import typer

from bot.cli.output import Json, show_rows
from bot.domain.channels import Channel
from bot.domain.contacts import Audience
from bot.errors import AcompanaError, ContentError
from bot.phrasebook import babel_commands
from bot.phrasebook.checks import Finding, check_content
from bot.phrasebook.phrasebook import read_phrasebook
from bot.phrasebook.preview import preview
from bot.settings import CONTENT

commands = typer.Typer(help="The catalogue of words.", no_args_is_help=True)


@commands.command()
def check(as_json: Json = False) -> None:
    """Find what is missing, broken, too long or hard to read; exit 1 if anything is wrong."""
    try:
        findings = check_content(CONTENT)
    except ContentError as broken:
        findings = [Finding("error", "content", str(broken))]
    if findings or as_json:
        show_rows([f.as_row() for f in findings], as_json)
    errors = sum(f.severity == "error" for f in findings)
    print(f"{errors} errors, {len(findings) - errors} warnings.", file=sys.stderr)
    if errors:
        raise typer.Exit(1)


@commands.command()
def extract() -> None:
    """Write the English texts to content/locale/messages.pot."""
    babel_commands.extract()


@commands.command()
def update() -> None:
    """Bring new and changed texts into every catalogue; changed ones become fuzzy."""
    babel_commands.update()


@commands.command("compile")
def compile_catalogues() -> None:
    """Compile the catalogues for tools that read .mo files."""
    babel_commands.compile_catalogues()


@commands.command("preview")
def preview_message(
    message: str,
    language: Annotated[str, typer.Option()] = "es",
    audience: Annotated[Audience | None, typer.Option()] = None,
    channel: Annotated[Channel | None, typer.Option()] = None,
    as_json: Json = False,
) -> None:
    """Show a message as it will look, with example facts."""
    words = read_phrasebook(CONTENT)
    if language.split("_")[0] not in words.languages:
        raise AcompanaError(f"There are no texts in {language!r}.")
    rows = preview(words, message, language, audience, channel)
    if not rows:
        raise AcompanaError(f"{message} is not said to this audience.")
    if as_json:
        show_rows(rows, True)
        return
    for row in rows:
        print(f"--- {row['audience']} on {row['channel']}, {row['segments']} SMS segments")
        print(f"{row['text']}\n")
