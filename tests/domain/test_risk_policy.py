"""What the programme decided: tiers are only raised, and people are called before the deadline."""

from datetime import timedelta
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.app.risk_training import DATA
from bot.domain.contacts import Audience, Role
from bot.domain.durations import read_duration
from bot.domain.risk import URGENCY, Decision, Phase, Screening, Tier, more_urgent
from bot.domain.risk_policy import Situation, read_policy
from bot.errors import ContentError
from bot.safety.policy import read_risk_policy
from bot.safety.taxonomy import read_taxonomy
from bot.settings import CONTENT

TAXONOMY = read_taxonomy(DATA / "taxonomy.yml")
POLICY = read_risk_policy(CONTENT, DATA)
situations = st.builds(
    Situation, st.sampled_from(Role), st.sampled_from(Audience), st.sampled_from(Phase)
)
tiers = st.sampled_from(Tier)


def written(**changes: Any) -> dict[str, Any]:
    """Return the policy as it is written, with some entries changed."""
    entry = yaml.safe_load((CONTENT / "risk-policy.yml").read_text(encoding="utf-8"))
    return entry | changes


def with_call(**changes: Any) -> dict[str, Any]:
    """Return the policy with another way of calling for what is critical."""
    call = written()["call"]
    return written(call=call | {"critical": call["critical"] | changes})


@given(st.sampled_from(list(TAXONOMY.tiers)), tiers, situations)
def test_a_tier_is_never_lowered(category, tier, situation):
    assert URGENCY[POLICY.tier_of(category, tier, situation)] <= URGENCY[tier]


@given(st.sampled_from(list(TAXONOMY.tiers)), situations)
def test_raising_twice_is_raising_once(category, situation):
    once = POLICY.tier_of(category, TAXONOMY.tiers[category], situation)

    assert POLICY.tier_of(category, once, situation) is once


def test_a_rule_fits_only_where_everything_it_names_fits():
    on_the_way = Situation(Role.CHILD, Audience.TEEN, Phase.JOURNEY)
    at_home = Situation(Role.CHILD, Audience.TEEN, Phase.AFTER)

    assert POLICY.tier_of("basic_needs", Tier.HIGH, on_the_way) is Tier.CRITICAL
    assert POLICY.tier_of("basic_needs", Tier.HIGH, at_home) is Tier.HIGH


def test_a_small_child_cannot_wait_for_help():
    small = Situation(Role.CHILD, Audience.YOUNGER_CHILD, Phase.AFTER)

    assert POLICY.tier_of("abuse_neglect", Tier.HIGH, small) is Tier.CRITICAL


@pytest.mark.parametrize("tier", Tier)
def test_two_people_and_the_supervisor_are_called_before_the_deadline(tier):
    third_call = 2 * POLICY.calling[tier].pass_on_after

    assert third_call < TAXONOMY.deadlines[tier].acknowledge_within


@pytest.mark.parametrize("tier", Tier)
def test_every_channel_is_tried_before_the_next_person(tier):
    calling = POLICY.calling[tier]

    assert (len(calling.channels) - 1) * calling.again_after < calling.pass_on_after


@pytest.mark.parametrize("tier", Tier)
def test_the_answer_about_proof_is_not_waited_for_longer_than_for_the_person(tier):
    assert POLICY.calling[tier].proof_within <= TAXONOMY.deadlines[tier].contact_child_within


def test_the_more_urgent_the_tier_the_sooner_everything_happens():
    for name in ("again_after", "pass_on_after", "proof_within"):
        waits = [getattr(POLICY.calling[tier], name) for tier in Tier]
        assert waits == sorted(waits)


@given(tiers, tiers)
def test_the_more_urgent_of_two(one, other):
    assert URGENCY[more_urgent(one, other)] == min(URGENCY[one], URGENCY[other])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (with_call(channels=["pigeon"]), "pigeon"),
        (with_call(channels=[]), "nobody can be called"),
        (with_call(pass_on_after="0min"), "longer than nothing"),
        (with_call(again_after="0s"), "longer than nothing"),
        (with_call(again_after="soon"), "not a duration"),
        (with_call(proof_within=None), "not a duration"),
        (written(call={}), "KeyError"),
        (written(ask={"silence": "a while"}), "not a duration"),
        (written(holds_journey=["rain"]), "rain"),
        (written(also_tell={"rain": "child_advocate"}), "rain"),
        (written(caregiver_may_be_the_danger=["rain"]), "rain"),
        (written(**{"raise": [{"category": "rain", "to": "high"}]}), "rain"),
        (written(**{"raise": [{"category": "medical", "to": "urgent"}]}), "urgent"),
        (written(**{"raise": [{"category": "medical", "to": "high", "phase": "x"}]}), "x"),
        (written(joined=None), "TypeError"),
        ({}, "KeyError"),
    ],
)
def test_a_mistake_in_the_policy_is_refused_in_one_sentence(entry, said):
    with pytest.raises(ContentError, match=said):
        read_policy(entry, list(TAXONOMY.tiers))


@pytest.mark.parametrize(
    ("text", "is_read"),
    [("90s", True), ("5 min", True), ("7d", True), ("5", False), ("-5min", False), ("", False)],
)
def test_durations(text, is_read):
    if is_read:
        assert read_duration(text) > timedelta(0)
    else:
        with pytest.raises(ContentError):
            read_duration(text)


def test_what_is_no_sign_has_no_name():
    with pytest.raises(ValueError, match="nothing was found"):
        Screening(Decision.NONE).named()
