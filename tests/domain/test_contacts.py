"""Which wording fits whom."""

from datetime import date
from uuid import uuid4

import pytest

from bot.domain.channels import Address, Channel
from bot.domain.contacts import Audience, Contact, Role, country_of_number, wordings
from bot.errors import AcompanaError

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("age", "audience"),
    [(5, "younger_child"), (8, "younger_child"), (9, "child"), (12, "child"), (13, "teen"), (17, "teen")],
)  # fmt: skip
def test_the_wording_follows_the_age(age, audience):
    contact = Contact(uuid4(), Role.CHILD, "Ana", "es", "US", "GT", birth_year=2026 - age)
    assert contact.audience(TODAY) == audience


def test_what_the_child_said_about_their_age_counts_more_than_the_record():
    contact = Contact(
        uuid4(), Role.CHILD, "Ana", "es", "US", "GT", birth_year=2010, age_band=Audience.CHILD
    )
    assert contact.audience(TODAY) is Audience.CHILD


def test_a_missing_wording_falls_back_to_younger_ones_only():
    assert wordings(Audience.TEEN) == [Audience.TEEN, Audience.CHILD, Audience.YOUNGER_CHILD]
    assert wordings(Audience.YOUNGER_CHILD) == [Audience.YOUNGER_CHILD]


@pytest.mark.parametrize(
    ("number", "country"),
    [("+50255501234", "GT"), ("+50355501234", "SV"), ("+50455501234", "HN"), ("+525555550123", "MX"), ("+15005550123", "US"), ("+4915112345678", "US")],
)  # fmt: skip
def test_a_number_tells_the_country(number, country):
    assert country_of_number(number) == country


@pytest.mark.parametrize("number", ["", "5550123", "+0123456789", "hola", "+1 500 555 0123 ext 4"])
def test_a_number_without_country_code_is_refused(number):
    with pytest.raises(AcompanaError, match="country code"):
        Address.of(Channel.SMS, number)


def test_a_number_is_read_as_people_write_it():
    assert Address.of(Channel.WHATSAPP, "whatsapp:+1 (500) 555-0123").number == "+15005550123"
