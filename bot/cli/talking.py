"""`acompana chat` and `acompana demo`: conversations in the terminal, through the real webhooks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import httpx
import typer
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.app.compose import composed
from bot.app.phone import Phone, Post
from bot.app.run import not_ready, running_system
from bot.app.stories import Played, play_all
from bot.cli.output import Json, show_json
from bot.domain.channels import Channel
from bot.domain.menus import Choice, Menu
from bot.errors import AcompanaError
from bot.services.show_conversation import show_contacts
from bot.settings import Settings
from bot.store.tables import OutboundRow

console = Console()
progress = Console(stderr=True)


def chat(
    contact: Annotated[
        UUID | None, typer.Option(help="Whom to play; asked for if left out")
    ] = None,
    channel: Annotated[Channel, typer.Option()] = Channel.SMS,
) -> None:
    """Be a contact in the terminal. Ctrl-D ends it."""
    settings = _demo_settings()
    with _system(settings), composed(settings) as parts:
        who = contact or _ask_whom(show_contacts(parts))
        phone = Phone(parts, who, channel, _poster(settings))
        console.print("[dim]Write as on a phone; choose by number. Ctrl-D ends it.[/dim]")
        shown: list[OutboundRow] = []
        while (text := _typed()) is not None:
            shown = phone.answers_to(_send(phone, text, shown))
            for answer in shown:
                console.print(_bubble(answer))


def demo(as_json: Json = False) -> None:
    """Play scripted stories through the running system, or one that starts for it; exit 1 if one fails."""
    settings = _demo_settings()
    with _system(settings), composed(settings) as parts:
        played = []
        for story in play_all(parts, _poster(settings)):
            played.append(story)
            if not as_json:
                _print_story(story)
    if as_json:
        show_json([_as_json(story) for story in played])
    broken = sum(len(story.broken) for story in played)
    progress.print(f"{len(played)} stories, {broken} broken promises.")
    if broken:
        raise typer.Exit(1)


def _demo_settings() -> Settings:
    settings = Settings()
    if not settings.demo:
        raise AcompanaError("This speaks for contacts; it works in demo mode only.")
    return settings


@contextmanager
def _system(settings: Settings) -> Iterator[None]:
    """Use the system that runs at the port, or start one for as long as it is needed."""
    if "web" in not_ready(settings):
        with running_system(settings):
            yield
    else:
        yield


def _poster(settings: Settings) -> Post:
    client = httpx.Client(base_url=settings.own_url, timeout=15, trust_env=False)

    def post(path: str, form: Mapping[str, str], signature: str) -> int:
        headers = {"X-Twilio-Signature": signature}
        return client.post(path, data=dict(form), headers=headers).status_code

    return post


def _ask_whom(people: list[dict[str, object]]) -> UUID:
    for number, person in enumerate(people, start=1):
        console.print(
            f"{number:>2} {person['name']} [dim]({person['role']}) {person['note']}[/dim]"
        )
    chosen = typer.prompt("Whom do you want to be?", type=int)
    if not 1 <= chosen <= len(people):
        raise AcompanaError("There is nobody with that number.")
    return UUID(str(people[chosen - 1]["id"]))


def _typed() -> str | None:
    try:
        return console.input("[bold cyan]> [/bold cyan]")
    except (EOFError, KeyboardInterrupt):
        return None


def _send(phone: Phone, text: str, shown: list[OutboundRow]) -> str:
    """On WhatsApp a number taps the button of that place, as a thumb would."""
    choices = tuple(Choice.from_json(c) for c in (shown[-1].menu if shown else []))
    chosen = Menu(choices).chosen(text) if phone.channel is Channel.WHATSAPP else None
    return phone.tap(chosen.id, chosen.title) if chosen else phone.write(text)


def _bubble(answer: OutboundRow) -> Panel:
    text = Text(answer.text)
    if answer.channel == Channel.WHATSAPP:
        for number, choice in enumerate(answer.menu, start=1):
            text.append(f"\n[{number}] {choice['title']}", style="bold green")
    return Panel(text, border_style="green", width=min(72, console.width))


def _as_json(story: Played) -> dict[str, object]:
    return {
        "title": story.title,
        "tasks": story.tasks,
        "chain": story.chain,
        "broken": story.broken,
    }


def _print_story(story: Played) -> None:
    console.rule(story.title)
    for line in story.lines:
        mark = "[cyan]" if line.speaker == "person" else "[green]"
        console.print(f"[dim]{line.at:%H:%M:%S.%f}[/dim] {mark}{line.speaker}[/]:", line.text)
    console.print(f"[magenta]A case manager sees: {', '.join(story.tasks) or 'nothing to do'}[/]")
    if story.chain:
        console.print(f"[magenta]The escalation: {' > '.join(story.chain)}[/]")
    for broken in story.broken:
        console.print(f"[bold red]Broken: {broken}[/]")
