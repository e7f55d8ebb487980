"""The report for people: Markdown that also reads well in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

HOW = """How it was done: the real services planned, said, screened, answered, called and settled, on a
database of their own (PostgreSQL with synchronous_commit=off, foreign keys not checked where several
processes share the work, dropped at the end) and in virtual time that jumps from one event to the
next. Not real: the provider (messages are settled many at a time, by the rules of the sending lane),
Rasa (a double plays the questionnaires as the actions do), the classifier (the lexicon alone screens)
and Meta's approval of the templates (all count as approved). Ordinary taps take a short way through the
same rows; {share:.0%} of those who answer, all own words, disclosures, STOP and START go the whole way
through accepting, screening and answering. Ordinary check-ins and taps wait up to three hours for
company (six at night, when hardly anybody is written to), those of a travel day half an hour. The
people and their habits are invented; children travel together, on Tuesdays and Thursdays."""


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the whole report."""
    wanted, effort = report["wanted"], report["effort"]
    parts = [
        f"# Simulation: {wanted['contacts']:,} contacts, {wanted['days']} days, seed {wanted['seed']}",
        _promises(report["broken_promises"]),
        HOW.format(share=wanted["real_share"]),
        _effort(effort),
        _section("People", [report["people"]]),
        _section("Check-ins by state", [report["check_ins"]]),
        _section("Reasons", report["reasons"]),
        _section("Hours between the planned time and the first message", [report["late"]]),
        _messages(report["messages"]),
        _peak(report["peak"]),
        _section("What happened", [{"what": k, "count": n} for k, n in report["happened"].items()]),
        _section("Tasks", report["tasks"]),
        _section("Closed questions and what became of them", report["questions"]),
        _section("Escalations and minutes until somebody had them", report["escalations"]),
        _cost(report["cost"]),
        _section("Rows and bytes, indexes included", report["tables"]),
    ]
    return "\n\n".join(parts) + "\n"


def _promises(broken: Mapping[str, int]) -> str:
    if not broken:
        return "Every promise was kept."
    lines = [f"- BROKEN {count:,} times: {name}" for name, count in broken.items()]
    return "\n".join(lines)


def _effort(effort: Mapping[str, Any]) -> str:
    return (
        f"It took {effort['seconds']:.0f} s in {effort['processes']} process(es). Memory at its peak: "
        f"{effort['python_mb']:.0f} MB RSS of Python; {effort['all_pss_mb']:.0f} MB PSS of Python and "
        "PostgreSQL together."
    )


def _messages(messages: Mapping[str, Any]) -> str:
    shown = {k: v for k, v in messages.items() if k not in ("by_day", "by_hour", "by_channel")}
    return _section("Messages that left", [shown | messages["by_channel"]])


def _peak(peaks: Sequence[Mapping[str, Any]]) -> str:
    sentences = [
        f"{peak['channel']}: at {peak['rate']:g} a second the last of the longest queue waits "
        f"{peak['longest_wait_seconds']:g} s; a rate of {peak['rate_for_one_minute']:g} a second "
        "would send the busiest minute within that minute."
        for peak in peaks
    ]
    table = _section("First messages in the busiest minute, as planned with their spread", peaks)
    return "\n".join([table, "", *sentences])


def _cost(cost: Mapping[str, Any]) -> str:
    head = (
        f"{cost['total']:,.2f} {cost['currency']} in all, {cost['a_contact_and_month']:.3f} a contact "
        f"and month, by content/prices.yml, of which {cost['unverified_lines']} lines are examples "
        "that nobody has verified."
    )
    return f"{_section('Provider cost', cost['lines'])}\n\n{head}"


def _section(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    return f"## {title}\n\n{_table(rows)}"


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    if not rows or not rows[0]:
        return "None."
    head = list(rows[0])
    lines = [head, ["---"] * len(head), *([_cell(row[name]) for name in head] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "-" if value is None else str(value)
