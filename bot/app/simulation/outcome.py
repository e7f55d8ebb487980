"""What one share of a simulation leaves behind, read from its database at the end."""

from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.app.simulation.people import Family
from bot.app.simulation.place import tables_of
from bot.app.simulation.tally import Tally
from bot.app.simulation.world import World
from bot.store import database

STATES = text("SELECT state, reason, count(*) FROM check_in GROUP BY 1, 2")
SAID = text(
    """SELECT date_trunc('minute', k.due_at), a.channel, count(*) FROM check_in k
    JOIN address a ON a.id = k.address_id WHERE k.said_at IS NOT NULL GROUP BY 1, 2"""
)
LATE = text(
    """SELECT floor(extract(epoch FROM said_at - due_at) / 3600)::int, count(*) FROM check_in
    WHERE said_at IS NOT NULL GROUP BY 1"""
)
TASKS = text("SELECT kind, coalesce(tier, ''), count(*) FROM task GROUP BY 1, 2")
QUESTIONS = text(
    """SELECT kind, coalesce(answer, 'waits'), count(*) FROM safety_question GROUP BY 1, 2"""
)
TAKEN = text(
    """SELECT e.tier, round(extract(epoch FROM
        min(s.at) FILTER (WHERE s.step = 'acknowledged') - e.opened_at) / 60)::int AS minutes
    FROM escalation e LEFT JOIN escalation_step s ON s.escalation_id = e.id
    GROUP BY e.id, e.tier, e.opened_at"""
)


@dataclass
class Outcome:
    """Counts only, so that those of several shares can be added."""

    tally: Tally = field(default_factory=Tally)
    people: Counter[str] = field(default_factory=Counter)
    states: Counter[tuple[str, str]] = field(default_factory=Counter)
    planned: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    """First messages of check-ins by the minute for which they were planned, and channel."""
    late: Counter[int] = field(default_factory=Counter)
    """First messages by the hours between their time and the moment at which they were said."""
    tasks: Counter[tuple[str, str]] = field(default_factory=Counter)
    questions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """The closed questions about danger and for proof, by what became of them."""
    taken: Counter[tuple[str, int | None]] = field(default_factory=Counter)
    """Escalations by tier and minutes until somebody said that they have it."""
    rows: Counter[str] = field(default_factory=Counter)
    bytes: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Outcome") -> None:
        """Add what another share left."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Tally):
                mine.add(theirs)
            else:
                mine.update(theirs)


def outcome_of(world: World) -> Outcome:
    """Count everything once, at the end."""
    found = Outcome(tally=world.tally, people=_people(world.families))
    with database.unit_of_work(world.parts.engine) as session:
        found.states = _counted(session, STATES)
        found.planned = _counted(session, SAID)
        found.tasks = _counted(session, TASKS)
        found.questions = _counted(session, QUESTIONS)
        found.late = Counter({row[0]: row[1] for row in session.execute(LATE)})
        found.taken = Counter((tier, minutes) for tier, minutes in session.execute(TAKEN))
    for name, (rows, size) in tables_of(world.parts.engine).items():
        found.rows[name], found.bytes[name] = rows, size
    return found


def _counted(session: Session, query: Any) -> Counter[tuple[Any, ...]]:
    return Counter({(first, second): n for first, second, n in session.execute(query)})


def _people(families: list[Family]) -> Counter[str]:
    caregivers = sum(len(family.caregivers) for family in families)
    return Counter({"children": len(families), "caregivers": caregivers})
