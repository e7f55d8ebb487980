"""A case manager enters a new number, and a phone that somebody else keeps."""

from sqlalchemy import select

from bot.services.change_number import DIGITS
from bot.store import database
from bot.store.tables import AddressRow
from tests.cli.test_commands import acompana, enrolled  # noqa: F401 - a fixture


def test_a_new_number_prints_the_digits_to_tell_by_voice(acompana):  # noqa: F811
    contact = enrolled(acompana)
    done = acompana("contacts", "number", contact, "--phone", "+502 5555 1234")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.strip()) == DIGITS

    again = acompana("contacts", "number", contact, "--phone", "+15007770001")
    assert again.returncode == 1
    assert "already" in again.stderr


def test_a_phone_that_somebody_else_keeps_is_marked(acompana, database_url):  # noqa: F811
    done = acompana(
        "contacts", "add", "--role", "child", "--name", "Ana", "--phone", "+15007770002",
        "--language", "es", "--shared-phone",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    engine = database.connect(database_url)
    with database.unit_of_work(engine) as session:
        shared = session.scalars(select(AddressRow.shared)).all()
    engine.dispose()

    assert shared == [True, True]
