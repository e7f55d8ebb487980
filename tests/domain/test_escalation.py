"""The states of an escalation: only a person ends it, and everything can be opened again."""

from itertools import product

import pytest

from bot.domain.escalation import MAY_BECOME, EscalationError, State, Step, next_state


def test_the_straight_way():
    for current, wanted in zip(list(State), list(State)[1:], strict=False):
        assert next_state(current, wanted) is wanted


@pytest.mark.parametrize("state", sorted(set(State) - {State.CLOSED}))
def test_a_person_may_close_it_at_any_time(state):
    assert next_state(state, State.CLOSED) is State.CLOSED


@pytest.mark.parametrize("state", sorted(set(State) - {State.OPEN}))
def test_it_can_be_opened_again_from_everywhere(state):
    assert next_state(state, State.OPEN) is State.OPEN


@pytest.mark.parametrize("state", sorted(set(State) - {State.ACTED}))
def test_nothing_is_confirmed_that_nobody_did(state):
    with pytest.raises(EscalationError):
        next_state(state, State.CONFIRMED)


@pytest.mark.parametrize("state", sorted(set(State) - {State.OPEN}))
def test_nobody_takes_what_is_not_open(state):
    with pytest.raises(EscalationError):
        next_state(state, State.ACKNOWLEDGED)


def test_a_closed_one_is_only_opened_again():
    assert MAY_BECOME[State.CLOSED] == {State.OPEN}


def test_every_state_says_what_it_may_become_and_a_refusal_says_both():
    assert set(MAY_BECOME) == set(State)
    for current, wanted in product(State, State):
        if wanted in MAY_BECOME[current]:
            continue
        with pytest.raises(EscalationError, match=f"{current} cannot become {wanted}"):
            next_state(current, wanted)


def test_the_names_of_steps_fit_where_they_are_stored():
    assert max(len(step) for step in Step) <= 24
    assert max(len(state) for state in State) <= 12
