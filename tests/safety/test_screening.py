"""Screening one message, and the last few together: what alerts, what asks, what is left alone."""

import json

import pytest

from bot.app.risk_training import DATA, learned, screener
from bot.app.run import prepare_risk_model
from bot.domain.risk import Decision, Tier
from bot.safety.training import read_examples
from bot.settings import ROOT


@pytest.fixture(scope="module")
def screening(settings):
    prepare_risk_model(settings)
    return screener(settings.home)


@pytest.mark.parametrize(
    "text",
    [
        "los de la mara me quieren matar",
        "jajaja ya no quiero vivir",
        "mi padrastro me toca cuando mi mama no esta",
        "no vino nadie por mi y no se donde estoy",
        "no puedo respirar ayuda",
        "my uncle beats me every night",
        "i want to kill myself",
        "mi nieto no aparece desde ayer",
        "MI TIO ME PEGA CON EL CINTURON",
        "mipapa mepega todoslosdias con el sincho",
        "a mi hermanita la viola mi primo",
        "si no pago 100000 lempiras vienen por mi",
        "me piden 50 000 quetzales por mi hijo",
        "me van a matar, llamen al 4434 9911",
    ],
)
def test_a_sign_of_danger_is_never_nothing(screening, text):
    assert screening.screen(text).decision in (Decision.ALERT, Decision.ASK)


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "gracias",
        "1",
        "sí",
        "ok",
        "me muero de hambre, qué hay de comer?",
        "a que hora sale el avion",
        "nos ganaron 3 a 1 en el partido",
        "quiero hablar con una persona",
        "thanks, see you tomorrow",
        "what do we eat on the plane",
        "cambiar idioma",
        "no sé",
        "ya estoy con mi mami",
        "estoy en la escuela",
        "im at school",
        "👍",
        "",
    ],
)
def test_ordinary_talk_is_left_alone(screening, text):
    assert screening.screen(text).decision is Decision.NONE


def test_a_sign_has_a_category_and_the_tier_of_the_taxonomy(screening):
    found = screening.screen("me van a matar los de la mara")

    assert found.decision is Decision.ALERT
    assert found.tier is Tier.CRITICAL
    assert found.category in screening.taxonomy.tiers


def test_what_is_split_over_messages_is_joined(screening):
    alone = screening.screen("con la mano")
    together = screening.screen("con la mano", ["mi tio", "me pega"])

    assert alone.decision is not Decision.ALERT
    assert together.decision is Decision.ALERT
    assert together.joined


def test_one_sentence_of_danger_does_not_drown_in_a_long_story(screening):
    chat = "hoy fuimos al mercado con mi abuela y compramos tomates y platicamos con la vecina "
    found = screening.screen(
        chat * 6 + "mi papa me pega con el cinturon todas las noches " + chat * 6
    )

    assert found.decision is Decision.ALERT


@pytest.mark.parametrize("language", ["quc", "mam", "kek"])
def test_mayan_languages_are_known_and_go_to_a_person(screening, language):
    lines = (DATA / "language" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    texts = [" ".join(line.split()[:8]) for line in lines if len(line.split()) > 8]
    found = [screening.screen(text) for text in texts]

    assert len(texts) > 20
    assert all(f.decision is not Decision.NONE for f in found)


def test_phone_spelling_is_not_taken_for_a_mayan_language(screening):
    for text in ("k onda xq no vienes wey", "aki toy bn grax", "ntp ya llegue ala kasa d mi tia"):
        assert screening.languages.mayan(text) is None


def test_no_kept_apart_line_is_learned():
    """Everybody writes "ok" and "menú"; what is longer than that is somebody's own line."""
    folder = ROOT / "bench" / "risk"
    judged = {
        json.loads(line)["text"].casefold()
        for name in ("held_out.jsonl", "validation.jsonl")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
    }
    examples = read_examples(DATA / "examples")

    assert len(judged) > 1_300
    assert len(examples) > 3_000
    learned_too = judged & {example.text.casefold() for example in examples}
    assert [text for text in learned_too if len(text.split()) > 3] == []


def test_every_label_has_examples_in_both_languages(screening):
    examples = read_examples(DATA / "examples")
    for label in (*screening.taxonomy.tiers, *screening.taxonomy.harmless):
        for language in ("es", "en"):
            mine = [e for e in examples if (e.label, e.language) == (label, language)]
            assert len(mine) >= 30, f"{label} has {len(mine)} examples in {language}"


def test_the_model_is_plain_arrays_and_json(settings, screening):
    kinds = {path.suffix for path in learned(settings).trained}

    assert kinds == {".npz", ".json"}
