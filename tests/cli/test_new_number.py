"""A case manager enters a new number, and a phone that somebody else keeps."""

from sqlalchemy import select

from bot.services.change_number import DIGITS
from bot.store import database
from bot.store.tables import AddressRow
from tests.cli.conftest import enrolled


def test_a_new_number_prints_the_digits_to_tell_by_voice(acompana):
    contact = enrolled(acompana)
    done = acompana("contacts", "number", contact, "--phone", "+502 5555 1234")
    assert done.exit == 0, done.err
    assert len(done.out.strip()) == DIGITS

    again = acompana("contacts", "number", contact, "--phone", "+15007770001")
    assert again.exit == 1
    assert "already" in again.err


def test_a_phone_that_somebody_else_keeps_is_marked(acompana, database_url):
    done = acompana(
        "contacts", "add", "--role", "child", "--name", "Ana", "--phone", "+15007770002",
        "--language", "es", "--shared-phone",
    )  # fmt: skip
    assert done.exit == 0, done.err
    engine = database.connect(database_url)
    with database.unit_of_work(engine) as session:
        shared = session.scalars(select(AddressRow.shared)).all()
    engine.dispose()

    assert shared == [True, True]
