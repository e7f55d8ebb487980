"""The clock at 1,000 to 100,000 contacts: what a due step costs, and a look when nothing is due."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from bench.figures import percentile, table
from bench.system import environment, settings_for
from bot.app.compose import composed
from bot.domain.channels import Address, Channel
from bot.domain.consent import Agreement
from bot.domain.contacts import Role
from bot.services.follow_programme import follow_programme
from bot.services.parts import Parts
from bot.services.run_check_ins import run_due
from bot.settings import Settings
from bot.store import contacts, database
from bot.store.tables import AddressRow, ConsentRow, ContactRow
from bot.store.time_tables import CheckInRow

SIZES = (1_000, 10_000, 100_000)
DUE = 100
"""Steps that are due at once at every size: the same work among more rows."""

ROUNDS = 9
IDLE_LOOKS = 200
AHEAD = 34
"""Steps that every contact still has before them."""

NOW = datetime(2027, 3, 3, 22, 30, tzinfo=UTC)
AT_ONCE = 5_000

NOTES = f"""{DUE:,} check-ins with a first question are due at once among so many contacts, each with
{AHEAD} further steps planned; looked at, rendered and stored by one process. Each size has a database of
its own on the same server; they take turns, best of {ROUNDS} rounds. Then {IDLE_LOOKS} looks of the clock
when nothing is due, in turns too."""


def measure() -> str:
    """Return the table."""
    with _parts() as parts, ExitStack() as open_ones:
        of_size = {size: open_ones.enter_context(_enrolled(parts, size)) for size in SIZES}
        costs = _in_turns(_round, of_size, ROUNDS)
        looks = _in_turns(_look, of_size, IDLE_LOOKS)
    first = min(costs[SIZES[0]])
    shown = [
        [f"{n:,}", f"{min(costs[n]):.2f}", f"{min(costs[n]) / first:.2f}", *_idle(looks[n])]
        for n in SIZES
    ]
    head = ["contacts", "ms a due step", "ratio", "idle p50 ms", "idle p99 ms"]
    return f"{NOTES}\n\n{table(head, shown)}"


@contextmanager
def _parts() -> Iterator[Parts]:
    with (
        TemporaryDirectory(prefix="acompana-bench-") as home,
        environment(settings_for(Path(home))),
        composed(Settings(_env_file=None)) as parts,
    ):
        yield replace(parts, now=lambda: NOW)


@contextmanager
def _enrolled(parts: Parts, size: int) -> Iterator[Parts]:
    """Yield the same parts on a new database that holds so many contacts; it is dropped at the end."""
    url = parts.engine.url.set(database=f"bench_{size}").render_as_string(hide_password=False)
    database.create_database(url)
    database.migrate(url)
    engine = database.connect(url)
    try:
        there = replace(parts, engine=engine)
        _enrol(there, size)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        yield there
    finally:
        engine.dispose()
        database.drop_database(url)


def _in_turns(
    measured: Callable[[Parts], float], of_size: Mapping[int, Parts], rounds: int
) -> dict[int, list[float]]:
    """Measure each size in every round: what slows the machine down for a while slows all of them."""
    found: dict[int, list[float]] = {size: [] for size in of_size}
    for _ in range(rounds):
        for size, parts in of_size.items():
            found[size].append(measured(parts))
    return found


def _idle(looks: list[float]) -> list[str]:
    return [f"{percentile(looks, share):.1f}" for share in (0.5, 0.99)]


def _round(parts: Parts) -> float:
    """Make so many steps due and return the milliseconds that each one took."""
    with database.unit_of_work(parts.engine) as session:
        _make_due(session)
    began = perf_counter()
    done = 0
    while found := run_due(parts):
        done += found
    assert done >= DUE, done
    return (perf_counter() - began) / done * 1000


def _look(parts: Parts) -> float:
    began = perf_counter()
    assert not follow_programme(parts)
    return (perf_counter() - began) * 1000


def _make_due(session: Session) -> None:
    """Take contacts that were never asked and make their next step due."""
    pick = text(
        "UPDATE check_in SET wake_at = :now, due_at = :now, not_after = :until WHERE id IN ("
        " SELECT DISTINCT ON (contact_id) id FROM check_in WHERE step = 'month_3'"
        " AND state = 'planned' AND wake_at > :now LIMIT :most)"
    )
    until = NOW + timedelta(days=1)
    session.execute(pick, {"now": NOW, "until": until, "most": DUE})


def _enrol(parts: Parts, count: int) -> None:
    """Add children with a number, a consent and what is planned, by rows: enrolling is not measured."""
    while count > 0:
        share = min(count, AT_ONCE)
        with database.unit_of_work(parts.engine) as session:
            _add(session, [uuid4() for _ in range(share)])
        count -= share


def _add(session: Session, ids: list[UUID]) -> None:
    session.execute(insert(ContactRow), [_child(contact_id) for contact_id in ids])
    session.execute(insert(AddressRow), [_address(contact_id) for contact_id in ids])
    agreed = {"kind": Agreement.GUARDIAN_CONSENT, "given": True, "recorded_at": NOW}
    session.execute(insert(ConsentRow), [{"contact_id": i, **agreed} for i in ids])
    session.execute(insert(CheckInRow), [_first(contact_id) for contact_id in ids])
    further = text(
        "INSERT INTO check_in (id, contact_id, step, occurrence, state, reason, due_at, not_after,"
        " wake_at, rung, attempts) SELECT gen_random_uuid(), contact_id, 'month_6', n, 'planned', '',"
        " due_at + n * interval '30 days', not_after + n * interval '30 days',"
        " due_at + n * interval '30 days', 0, 0 FROM check_in, generate_series(1, :ahead) n"
        " WHERE step = 'month_3' AND contact_id = ANY(:ids)"
    )
    session.execute(further, {"ahead": AHEAD, "ids": ids})
    session.execute(update(ContactRow).where(ContactRow.id.in_(ids)).values(planned_at=NOW))


def _child(contact_id: UUID) -> dict[str, object]:
    return {
        "id": contact_id,
        "role": Role.CHILD,
        "name": "Wendy Cux",
        "language": "es",
        "country": "GT",
        "destination": "GT",
        "birth_year": 2017,
        "onboarded_at": NOW,
        "created_at": NOW,
    }


def _address(contact_id: UUID) -> dict[str, object]:
    number = f"+502{contact_id.int % 10**8:08d}"
    address = Address(Channel.SMS, number)
    return {
        "id": uuid4(),
        "contact_id": contact_id,
        "channel": Channel.SMS,
        "number": number,
        "number_hash": contacts.hash_of(address),
        "shared": False,
    }


def _first(contact_id: UUID) -> dict[str, object]:
    due = NOW + timedelta(days=1 + contact_id.int % 365)
    return {
        "id": uuid4(),
        "contact_id": contact_id,
        "step": "month_3",
        "occurrence": 0,
        "state": "planned",
        "due_at": due,
        "not_after": due + timedelta(days=7),
        "wake_at": due,
    }
