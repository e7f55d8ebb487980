"""The tester of the export: a programme of children who came home, and what they answered."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import uuid4

from bot.gateways.spreadsheets import write_csv
from bot.services.export_indicators import Table, about, sheet_of
from bot.store import database
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow
from bot.store.time_tables import AnswerRow, CheckInRow
from tests.builders import make_caregiver, make_child

HOME_AT = datetime(2026, 1, 10, 18, tzinfo=UTC)
_occurrences = count(1)


class Programme:
    """A programme of children who came home in January, and what they answered."""

    def __init__(self, parts):
        self.parts = parts

    def child(self, age=15, destination="GT", arrived_at=HOME_AT, **changes):
        child = make_child(self.parts, destination=destination, **changes)
        self.change(child, arrived_at=arrived_at, birth_year=2026 - age)
        return child

    def children(self, many, **changes):
        return [self.child(**changes) for _ in range(many)]

    def caregiver(self, child):
        return make_caregiver(self.parts, child)

    def change(self, contact, **changes):
        with database.unit_of_work(self.parts.engine) as session:
            row = session.get_one(ContactRow, contact)
            for name, value in changes.items():
                setattr(row, name, value)

    def step(self, contact, step, state="answered", **changes):
        """Plan a step as it ended, ten hours after it was said."""
        said_at = changes.pop("said_at", HOME_AT + timedelta(days=1))
        values = {
            "contact_id": contact,
            "step": step,
            "state": state,
            "occurrence": next(_occurrences),
            "due_at": HOME_AT,
            "not_after": HOME_AT,
            "said_at": said_at,
            "settled_at": said_at and said_at + timedelta(hours=10),
            **changes,
        }
        with database.unit_of_work(self.parts.engine) as session:
            row = CheckInRow(id=uuid4(), **values)
            session.add(row)
        return row.id

    def answers(self, contact, *scores, indicator="physical", days=1):
        """Let somebody answer questions so many days after the return."""
        at = HOME_AT + timedelta(days=days)
        check_in = self.step(contact, "day_1", said_at=at)
        with database.unit_of_work(self.parts.engine) as session:
            for number, score in enumerate(scores):
                session.add(
                    AnswerRow(
                        check_in_id=check_in,
                        contact_id=contact,
                        questionnaire="home",
                        question=f"q{number}",
                        indicator=indicator,
                        value={"choice": "anything", "score": score},
                        answered_at=at,
                    )
                )

    def escalation(self, contact, minutes=12, **changes):
        values = {
            "code": "K7M",
            "contact_id": contact,
            "child_id": contact,
            "category": "gang_threat",
            "tier": "critical",
            "phase": "after",
            "speaker": "child",
            "country": "GT",
            "state": "closed",
            "opened_at": HOME_AT,
            "acknowledge_by": HOME_AT,
            "contact_by": HOME_AT,
            "acknowledged_at": HOME_AT + timedelta(minutes=minutes),
            **changes,
        }
        with database.unit_of_work(self.parts.engine) as session:
            session.add(EscalationRow(**values))

    def exported(self, table=Table.INDICATORS):
        with database.unit_of_work(self.parts.engine) as session:
            stream = io.StringIO()
            write_csv(stream, about(self.parts), sheet_of(session, table))
        return stream.getvalue()

    def rows(self, table=Table.INDICATORS):
        lines = [line for line in self.exported(table).splitlines() if not line.startswith("#")]
        return list(csv.DictReader(lines))

    def cell(self, period="month 0", country="all", age="all", by="child", indicator="physical"):
        wanted = [period, country, age, by, indicator]
        found = [list(row.values())[5:] for row in self.rows() if list(row.values())[:5] == wanted]
        return tuple(found[0]) if found else None

    def outcomes(self, step):
        rows = self.rows(Table.CHECK_INS)
        return {(r["outcome"], r["reason"]): r["n"] for r in rows if r["step"] == step}
