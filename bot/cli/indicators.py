"""`acompana indicators`: how a child is, month by month."""

from typing import Annotated, Any
from uuid import UUID

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_json, show_rows
from bot.domain.contacts import Role
from bot.domain.indicators import BEFORE, SPEAKERS, UNKNOWN, meaning_of
from bot.domain.questionnaire import Indicator
from bot.services.indicators import ChildIndicators, Month, indicators_of
from bot.settings import Settings
from bot.store import database

commands = typer.Typer(help="How children are, over time.", no_args_is_help=True)

COLUMNS = {
    Indicator.MATERIAL: "food, home, school",
    Indicator.PHYSICAL: "safety",
    Indicator.PSYCHOSOCIAL: "feelings",
    Indicator.LEGAL: "papers",
    Indicator.BELONGING: "belonging",
    Indicator.LEAVING: "staying, not leaving again",
}
"""In every column fine is good: whoever does not think of leaving again is fine."""

SAYS = {Role.CHILD: "the child", Role.CAREGIVER: "the caregivers"}


@commands.command()
def show(
    child: Annotated[UUID, typer.Argument(help="The child's id")], as_json: Json = False
) -> None:
    """Show the mean of the answers, 0 a worry to 2 fine, for each month since the return.

    What the child said and what the caregivers said about the child stand in rows of their own.
    """
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        found = indicators_of(session, child)
    if as_json:
        show_json(_as_json(found))
    elif found.months:
        show_rows(list(_rows(found)), as_json=False)
    else:
        print("Nothing was answered yet.")


def _as_json(found: ChildIndicators) -> dict[str, Any]:
    return {
        "months": [
            {"who": m.who, "month": _month(m), **{i: _number(m, i) for i in Indicator}}
            for m in found.months
        ],
        "trends": [{"who": who, **trends} for who, trends in found.trends.items()],
    }


def _number(month: Month, indicator: Indicator) -> float | None:
    return round(month.means[indicator], 2) if indicator in month.means else None


def _rows(found: ChildIndicators) -> list[dict[str, Any]]:
    rows = []
    for who in SPEAKERS:
        mine = [month for month in found.months if month.who is who]
        rows += [_row(who, str(_month(m)), {i: _words(m, i) for i in Indicator}) for m in mine]
        if mine:
            rows.append(_row(who, "trend", found.trends[who]))
    return rows


def _row(who: Role, month: str, words: Any) -> dict[str, str]:
    cells = {title: words[indicator] for indicator, title in COLUMNS.items()}
    return {"who answered": SAYS[who], "month since return": month, **cells}


def _words(month: Month, indicator: Indicator) -> str:
    mean = month.means.get(indicator)
    return "" if mean is None else f"{meaning_of(mean)} ({mean:.1f})"


def _month(month: Month) -> int | str:
    if month.month is None:
        return UNKNOWN
    return BEFORE if month.month < 0 else month.month
