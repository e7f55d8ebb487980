"""What people choose, and what they write in their own words."""

from random import Random

from bot.app.simulation.people import Family, Person
from bot.app.simulation.world import World
from bot.domain.questionnaire import Question

BY_SCORE = {2: 0.86, 1: 0.12, 0: 0.02, None: 0.5}
"""How often a choice is taken, by what it says about the indicator; source: invented."""

RARE = 0.004
"""How often a choice is taken that calls a person or leads to the question about danger."""

ARRIVED, NOT_YET = "arrived_yes", "arrived_not_yet"

OWN_WORDS = (
    "pues aqui estamos, hay dias buenos y dias malos",
    "bien gracias, mi abuela me hizo tamales",
    "mas o menos porque hace mucho calor y no hay luz",
    "estoy aprendiendo a hacer pan con mi tia",
    "fui a ver lo de los papeles y me dijeron que vuelva",
    "we are fine, thank you for asking",
)
DISCLOSURES = (
    "me van a matar los de la mara",
    "mi tio me pega con el cinturon",
    "quiero morirme",
    "los de la pandilla vinieron a la casa y nos amenazaron",
    "my uncle beats me every night",
)
"""Each has an unmistakable sign; the lexicon alone finds it."""

STOP_WORDS, START_WORDS = ("ALTO", "STOP", "baja"), ("ALTA", "START")


def choose(person: Person, question: Question, dice: Random, world: World) -> str:
    """Return the choice that somebody makes."""
    if ARRIVED in question.options:
        return _arrival(person.family, question, dice, world)
    choices = list(question.options)
    weights = [_weight(question, choice) for choice in choices]
    return dice.choices(choices, weights)[0]


def _weight(question: Question, choice: str) -> float:
    if is_a_sign(question, choice):
        return RARE
    return BY_SCORE[question.options[choice]]


def is_a_sign(question: Question, choice: str) -> bool:
    """Return whether a choice calls a person, or leads to the question about danger."""
    return choice in question.call or choice in question.ask_danger


def _arrival(family: Family, question: Question, dice: Random, world: World) -> str:
    """Return whether the child is there by now: a few arrive hours late, a few find nobody."""
    if dice.random() < RARE:
        return next(iter(question.call))
    if family.arrives_at is not None and world.now < family.arrives_at:
        return NOT_YET
    return ARRIVED
