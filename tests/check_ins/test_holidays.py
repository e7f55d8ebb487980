"""A monthly check-in does not come on a public holiday; the first days at home do not wait."""

from tests.check_ins.life import facts


def test_new_years_day_is_left_to_the_family(life):
    life.set(facts("2026-12-02"))
    life.until("2027-01-01 20:00")

    assert life.due("day_30") == "2027-01-01 16:30"
    assert life.state("day_30") == "planned holiday"

    life.until("2027-01-02 20:00")
    assert life.state("day_30") == "asked"


def test_the_first_days_at_home_do_not_wait(life):
    life.set(facts("2026-12-24"))
    life.until("2026-12-25 20:00")

    assert life.state("day_1") == "asked"
