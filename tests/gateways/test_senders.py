"""From which of our numbers a message leaves: one for everybody, or one for each country."""

import pytest
from pydantic import ValidationError

from bot.settings import DEMO_SMS_FROM, DEMO_WHATSAPP_FROM, Settings

FIRST, IN_GUATEMALA, IN_HONDURAS = "+15005550006", "+50222000000", "+50422000000"
SEVERAL = f"{FIRST}, GT={IN_GUATEMALA} ,HN={IN_HONDURAS}"


def settings_with(**written):
    return Settings(_env_file=None, **written)


def test_one_sender_serves_every_country():
    settings = settings_with(ACOMPANA_SMS_FROM=FIRST)
    assert {settings.sender("sms", country) for country in (None, "US", "GT")} == {FIRST}


def test_a_country_has_its_own_sender_or_the_first():
    settings = settings_with(ACOMPANA_SMS_FROM=SEVERAL)
    found = [settings.sender("sms", country) for country in (None, "GT", "HN", "SV", "")]
    assert found == [FIRST, IN_GUATEMALA, IN_HONDURAS, FIRST, FIRST]
    assert settings.sms_from == FIRST


def test_where_every_sender_has_a_country_the_first_serves_the_others():
    settings = settings_with(ACOMPANA_SMS_FROM=f"GT={IN_GUATEMALA},HN={IN_HONDURAS}")
    assert settings.sender("sms", "US") == IN_GUATEMALA
    assert settings.sender("sms", "HN") == IN_HONDURAS


def test_whatsapp_has_senders_of_its_own():
    written = f"whatsapp:{FIRST},GT=whatsapp:{IN_GUATEMALA}"
    settings = settings_with(ACOMPANA_WHATSAPP_FROM=written)
    assert settings.sender("whatsapp", "GT") == f"whatsapp:{IN_GUATEMALA}"
    assert settings.whatsapp_from == f"whatsapp:{FIRST}"
    assert settings.sender("sms", "GT") == DEMO_SMS_FROM


def test_a_demo_has_senders_without_being_told():
    settings = settings_with()
    assert settings.sender("sms", "GT") == DEMO_SMS_FROM
    assert settings.sender("whatsapp") == DEMO_WHATSAPP_FROM


def test_production_without_a_sender_has_none():
    settings = settings_with(ACOMPANA_MODE="production")
    assert settings.sender("sms", "GT") == settings.sms_from == settings.whatsapp_from == ""


@pytest.mark.parametrize(
    "written", [f"{FIRST},{IN_GUATEMALA}", "GT=", "gt=+1", f"Guatemala={FIRST}", "GT=+1,GT=+2"]
)
def test_senders_that_nobody_can_read_are_refused_at_the_start(written):
    with pytest.raises(ValidationError, match="one for any country, one for each"):
        settings_with(ACOMPANA_SMS_FROM=written)
