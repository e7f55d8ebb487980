"""`acompana contacts`: people."""

import csv
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from bot.app.compose import composed
from bot.cli.output import Json, show_one, show_rows
from bot.domain.channels import Channel
from bot.domain.contacts import Role
from bot.errors import AcompanaError
from bot.services.assign import assign as assign_contacts
from bot.services.change_number import enter_number
from bot.services.close_case import close_case
from bot.services.enrol import Enrolment, enrol
from bot.services.erase import erase as erase_contact
from bot.services.find_staff import staff_named
from bot.services.invite import invite as invite_contact
from bot.services.show_contact import list_contacts, show_contact
from bot.settings import Settings
from bot.store import database

commands = typer.Typer(help="People.", no_args_is_help=True)
COLUMNS = ("role", "name", "phone", "language")


@commands.command()
def add(  # noqa: PLR0913, PLR0917 - one option each
    role: Annotated[Role, typer.Option()],
    name: Annotated[str, typer.Option()],
    phone: Annotated[str, typer.Option(help="With country code: +50255501234")],
    language: Annotated[str, typer.Option()],
    birth_year: Annotated[int | None, typer.Option()] = None,
    born_on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day, where known, instead of the year"),
    ] = None,
    channel: Annotated[Channel | None, typer.Option(help="Both, if left out")] = None,
    child: Annotated[UUID | None, typer.Option(help="Whom a caregiver receives")] = None,
    country: Annotated[str | None, typer.Option(help="Where the person is now")] = None,
    destination: Annotated[str | None, typer.Option(help="Where the child returns to")] = None,
    zone: Annotated[str | None, typer.Option(help="Such as America/Chicago")] = None,
    consent: Annotated[bool, typer.Option(help="The guardian's, or the adult's own")] = False,
    caregiver: Annotated[UUID | None, typer.Option(help="Who receives a child")] = None,
    shared_phone: Annotated[
        bool, typer.Option("--shared-phone", help="Somebody else keeps the phone")
    ] = False,
) -> None:
    """Enrol a contact and print the id."""
    new = Enrolment(
        role=role,
        name=name,
        number=phone,
        language=language,
        channels=(channel,) if channel else tuple(Channel),
        birth_year=birth_year,
        born_on=born_on.date() if born_on else None,
        child_id=child,
        country=country,
        destination=destination,
        zone=zone,
        consent=consent,
        caregiver_id=caregiver,
        shared_phone=shared_phone,
    )
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        contact_id = enrol(session, new, parts)
    print(contact_id)


@commands.command("list")
def list_all(as_json: Json = False) -> None:
    """Everybody."""
    with composed(Settings()) as parts:
        show_rows(list_contacts(parts), as_json)


@commands.command()
def show(contact: UUID, as_json: Json = False) -> None:
    """One contact: stage, agreements, addresses, topics told, what a person has to do."""
    with composed(Settings()) as parts:
        show_one(show_contact(contact, parts), as_json)


@commands.command("import")
def import_file(file: Path) -> None:
    """Enrol everybody of a CSV file, or nobody: role,name,phone,language[,birth_year,consent ...]."""
    rows = _read(file)
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        for number, row in enumerate(rows, start=2):
            try:
                print(enrol(session, _enrolment(row), parts))
            except (AcompanaError, ValueError) as wrong:
                raise AcompanaError(f"Line {number}: {wrong} Nobody was enrolled.") from None
    print(f"{len(rows)} contacts were enrolled.", file=sys.stderr)


@commands.command()
def invite(contact: UUID) -> None:
    """Write first to a contact who has a consent on record; print the message's id."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        print(invite_contact(session, contact, parts))


@commands.command()
def number(
    contact: UUID,
    phone: Annotated[str, typer.Option(help="The new number, with country code: +50255501234")],
) -> None:
    """Enter a new number; print the digits that have to be sent from it. Tell them by voice only.

    A neutral message goes to the new number by SMS. Nothing personal is said there before the digits
    came from it, within three days; until then the contact keeps the old number.
    """
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        print(enter_number(session, contact, phone, parts))


@commands.command()
def assign(
    contacts: Annotated[list[UUID], typer.Argument(help="Children and caregivers")],
    to: Annotated[str, typer.Option(help="A case manager or supervisor, by name")],
) -> None:
    """Let somebody of the staff be responsible for these contacts, such as when another one left."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        person = staff_named(session, to)
        assign_contacts(session, contacts, person)
        print(f"{person.name} is responsible for {len(contacts)}.", file=sys.stderr)


@commands.command()
def close(contact: UUID) -> None:
    """Close a child's case: three more months of check-ins, then the good-bye."""
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        close_case(session, contact, parts)
    print("The case is closed; three more months of check-ins follow.", file=sys.stderr)


@commands.command()
def erase(
    contact: UUID,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Delete what identifies a contact and all that was said. This cannot be undone."""
    if not yes:
        typer.confirm("Erase this contact's words, numbers and journey for good?", abort=True)
    with composed(Settings()) as parts, database.unit_of_work(parts.engine) as session:
        erase_contact(session, contact, parts)
    print("Erased.", file=sys.stderr)


def _read(file: Path) -> list[dict[str, Any]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError) as failure:
        raise AcompanaError(f"{file} cannot be read: {failure}") from None
    if rows and (missing := set(COLUMNS) - set(rows[0])):
        raise AcompanaError(f"{file} lacks the columns {', '.join(sorted(missing))}.")
    return rows


def _enrolment(row: dict[str, str]) -> Enrolment:
    if row["role"] not in set(Role):
        raise AcompanaError(f"The role {row['role']!r} is neither child nor caregiver.")
    birth_year, born_on, child = row.get("birth_year"), row.get("born_on"), row.get("child")
    return Enrolment(
        role=Role(row["role"]),
        name=row["name"],
        number=row["phone"],
        language=row["language"],
        birth_year=int(birth_year) if birth_year else None,
        born_on=date.fromisoformat(born_on) if born_on else None,
        child_id=UUID(child) if child else None,
        country=row.get("country") or None,
        destination=row.get("destination") or None,
        zone=row.get("zone") or None,
        consent=_is_yes(row.get("consent")),
        shared_phone=_is_yes(row.get("shared_phone")),
    )


def _is_yes(written: str | None) -> bool:
    return (written or "").lower() in {"yes", "sí", "si", "true", "1"}
