"""Two tables about the same children, side by side."""

from bot.domain.compared_cells import published_together
from bot.domain.small_cells import Cell, Shown

GT, HN = "GT", "HN"
YOUNG, TEEN = "up to age 8", "age 13-17"


def table(**cells):
    """Cells by country and band: GT_young=3."""
    bands = {"young": YOUNG, "teen": TEEN}
    found = {}
    for name, children in cells.items():
        country, band = name.split("_")
        found[country, bands[band]] = Cell(children, (children // 2, 0), float(children))
    return found


def counts(rows):
    """What can be read: the number of children by place."""
    return {row.path: row.cell.children for row in rows if row.shown.has_count}


def test_everybody_is_asked_both_and_both_are_shown_as_if_alone():
    answered = table(GT_young=12, GT_teen=14)
    found = published_together({"mood": answered, "safety": answered})
    assert counts(found["mood"]) == counts(found["safety"])
    assert counts(found["mood"])[GT, YOUNG] == 12


def test_the_few_younger_ones_are_not_the_difference_of_two_totals():
    found = published_together({"mood": table(GT_young=2, GT_teen=10), "legal": table(GT_teen=10)})
    assert counts(found["mood"])[()] == 12
    assert counts(found["legal"]) == {}
    assert [row.shown for row in found["legal"]] == [Shown.WITHHELD]


def test_in_one_country_alone_the_table_is_not_shown_by_countries():
    found = published_together(
        {
            "mood": table(GT_young=2, GT_teen=10, HN_young=20, HN_teen=20),
            "legal": table(GT_teen=10, HN_teen=20),
        }
    )
    assert counts(found["legal"]) == {(): 30}
    assert (GT, YOUNG) not in counts(found["mood"])


def test_an_age_that_is_hidden_in_one_is_shown_in_none():
    found = published_together(
        {
            "mood": table(GT_young=3, GT_teen=20, HN_young=30, HN_teen=30),
            "home": table(GT_young=6, GT_teen=20, HN_young=30, HN_teen=30),
        }
    )
    shown = counts(found["home"])
    assert (GT, YOUNG) not in shown
    assert (GT, TEEN) not in shown
    assert shown[(GT,)] == 26
    assert shown[HN, YOUNG] == 30


def test_many_who_were_asked_only_once_hide_nothing():
    found = published_together({"mood": table(GT_young=30, GT_teen=20), "legal": table(GT_teen=20)})
    assert counts(found["legal"])[()] == 20
