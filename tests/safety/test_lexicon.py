"""The lexicon: every phrase is found inside a sentence, in any spelling; idioms and near words are not."""

from random import Random

import pytest

from bot.app.risk_training import DATA
from bot.domain.risk import Decision
from bot.errors import ContentError
from bot.safety.lexicon import PROTECTED, LanguageLexicon, Phrase, read_lexicon
from bot.safety.phrases import parse
from bot.safety.spelling import by_ear, plain, words_of
from bot.safety.taxonomy import read_taxonomy

LEXICON = read_lexicon(DATA / "lexicon")
TAXONOMY = read_taxonomy(DATA / "taxonomy.yml")


def fold(text):
    return words_of(text, "es", {"xq": "por que", "k": "que"})


def lexicon_of(*lines, category="gang_threat"):
    phrases = [Phrase(line, category, Decision.ALERT, parse(line, fold)) for line in lines]
    return LanguageLexicon("es", phrases, {"xq": "por que", "k": "que"})


def found(lexicon, text):
    return [hit.phrase.line for hit in lexicon.find(text)]


def one_wording(pattern, random):
    """Say one of the wordings of a phrase, with a word in every gap and every open end closed."""
    said = []
    for slot in pattern:
        said += ["algo"] * (1 if slot.gap_before else 0)
        segment = random.choice([s for s in slot.alternatives if s.words] or slot.alternatives)
        said += list(segment.words)
    return " ".join(said)


@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_every_phrase_is_found_inside_a_sentence(language):
    lexicon, random = LEXICON.languages[language], Random(7)
    phrases = [p for p in lexicon.phrases if p.category != PROTECTED]
    alone = LanguageLexicon(language, phrases, {})
    missed = []
    for phrase in phrases:
        sentence = f"pues mire {one_wording(phrase.pattern, random)} ayer tarde"
        if phrase.line not in {hit.phrase.line for hit in alone.find(sentence)}:
            missed.append(phrase.line)

    assert len(phrases) > (30 if language == "pt" else 500)
    assert missed == []


def test_there_are_phrases_for_every_category_in_spanish_and_english():
    for language in ("es", "en"):
        categories = {p.category for p in LEXICON.languages[language].phrases}
        assert categories - {PROTECTED} == set(TAXONOMY.tiers)


@pytest.mark.parametrize(
    "text",
    [
        "me van a matar",
        "ME VAN A MATAR!!!",
        "oye mevana matar ayer me dijo",
        "me ban a mataaar",
        "jaja me van a matar",
        "me  van   a\nmatar",
        "no es broma, me van a matar",
        "pues me van a de verdad matar",
    ],
)
def test_a_phrase_is_found_however_it_is_spelled(text):
    assert found(lexicon_of("me van a _ matar", "me van a matar"), text)


@pytest.mark.parametrize(
    "text", ["me van a mandar a Guatemala", "me van a matricular", "van a matar el tiempo", ""]
)
def test_a_near_word_is_not_the_word(text):
    assert found(lexicon_of("me van a matar"), text) == []


def test_a_gap_holds_up_to_three_words_and_no_more():
    lexicon = lexicon_of("tengo _ miedo")

    assert found(lexicon, "tengo miedo")
    assert found(lexicon, "tengo un poco de miedo")
    assert found(lexicon, "tengo que decirte que aqui hay miedo") == []


def test_alternatives_may_be_empty_and_a_star_is_any_ending():
    lexicon = lexicon_of("(ya|) no (quiero|quisiera) viv*")

    assert found(lexicon, "ya no quiero vivir")
    assert found(lexicon, "no quisiera vivirlo")
    assert found(lexicon, "no quiero ir") == []


def test_an_idiom_protects_only_what_lies_inside_it():
    idiom = Phrase(
        "me muero de hambre", PROTECTED, Decision.NONE, parse("me muero de hambre", fold)
    )
    sign = Phrase("me muero", "self_harm", Decision.ALERT, parse("me muero", fold))
    lexicon = LanguageLexicon("es", [idiom, sign], {})

    assert found(lexicon, "me muero de hambre") == []
    assert found(lexicon, "me muero de hambre y ya me muero") == ["me muero"]


@pytest.mark.parametrize(
    "broken", ["me (van", "me van)", "_ matar", "matar _", "(a|)", "((a|b)|c)"]
)
def test_a_broken_phrase_is_a_sentence(broken):
    with pytest.raises(ContentError, match=r"bracket|gap|both ends"):
        parse(broken, fold)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("kiero", "quiero"),
        ("boy", "voy"),
        ("ola", "hola"),
        ("zapato", "sapato"),
        ("yorar", "llorar"),
        ("jente", "gente"),
        ("QUIEROOOO", "quiero"),
        ("muchacho", "muchacho"),
    ],
)
def test_what_sounds_alike_is_alike(written, heard):
    assert by_ear(plain(written), "es") == by_ear(plain(heard), "es")


def test_different_words_stay_different():
    for one, other in (("matar", "mandar"), ("mara", "para"), ("migra", "mira"), ("pega", "paga")):
        assert by_ear(one, "es") != by_ear(other, "es")


def test_a_hostile_text_does_not_stall_the_lexicon():
    assert LEXICON.find("me van a " * 5_000) is not None
    assert LEXICON.find("\ud800 \x00 😀" * 500) == []
