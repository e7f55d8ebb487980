"""`acompana screen`: lines of JSON in, what screening makes of each out."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import partial

import pytest

from bot.cli import screening
from bot.domain.risk import Decision, Screening, Tier
from bot.settings import ROOT

KEYS = ["id", "decision", "category", "tier", "layer", "score"]
BEATEN = "mi tio me pega con el cinturon"
CLEAR = {
    BEATEN: {"abuse_neglect"},
    "me van a matar los de la mara": {"immediate_danger", "gang_threat"},
    "quiero morirme": {"self_harm"},
    "my uncle beats me every night": {"abuse_neglect"},
    "they raped me": {"sexual_violence"},
}


@pytest.fixture
def acompana(acompana, settings, screen, monkeypatch):
    """Run `acompana screen` with the model that `make train` keeps."""
    monkeypatch.setenv("ACOMPANA_HOME", str(settings.home))
    return partial(acompana, "screen")


def lines(*entries):
    return "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries)


def said(text, **more):
    return {"id": "a", "text": text, **more}


def test_each_line_is_answered_in_order_with_all_documented_keys(acompana):
    texts = ["hola", *CLEAR]
    done = acompana(stdin=lines(*({"id": text, "text": text} for text in texts)))

    assert done.exit == 0, done.err
    assert [row["id"] for row in done.rows] == texts
    assert all(list(row) == KEYS for row in done.rows)


@pytest.mark.parametrize("text", CLEAR)
def test_a_clear_sign_is_an_alert_with_its_name_and_how_soon(acompana, text):
    (row,) = acompana(stdin=lines(said(text))).rows

    assert row["decision"] == "alert"
    assert row["category"] in CLEAR[text]
    assert row["tier"] in ("critical", "high")
    assert row["layer"] in ("lexicon", "classifier", "both")
    assert 0 <= row["score"] <= 1


def test_what_is_no_sign_has_no_name(acompana):
    (row,) = acompana(stdin=lines(said("gracias"))).rows

    assert (row["decision"], row["category"], row["tier"]) == ("none", None, None)
    assert 0 <= row["score"] <= 1


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\x00", "😀"])
def test_an_empty_text_is_no_sign(acompana, text):
    (row,) = acompana(stdin=lines(said(text))).rows

    assert row["id"] == "a"
    assert row["decision"] == "none"


def test_a_file_is_read_like_standard_input(acompana, tmp_path):
    file = tmp_path / "texts.jsonl"
    file.write_text(lines(said(BEATEN), said("hola")), encoding="utf-8")

    assert acompana(file).rows == acompana(stdin=file.read_text("utf-8")).rows


def test_a_file_with_the_mark_that_some_editors_write_is_read(acompana, tmp_path):
    file = tmp_path / "texts.jsonl"
    file.write_text(lines(said("quiero morirme")), encoding="utf-8-sig")

    assert [row["decision"] for row in acompana(file).rows] == ["alert"]


def test_nothing_in_is_nothing_out(acompana):
    done = acompana(stdin="")
    assert (done.exit, done.out) == (0, "")


def test_empty_lines_are_left_out_and_still_counted(acompana):
    written = f"\n  \n{lines(said('hola'))}\n\n"
    assert len(acompana(stdin=written).rows) == 1
    assert "Line 7 " in acompana(stdin=f"{written}\n{{").err


@pytest.mark.parametrize("given", ["niño-1", 7, None, ["x"], "ñ😀"])
def test_an_id_comes_back_as_it_was(acompana, given):
    done = acompana(stdin=lines({"id": given, "text": "hola"}))
    assert done.rows[0]["id"] == given


def test_letters_are_written_as_they_are(acompana):
    assert "niño" in acompana(stdin=lines({"id": "niño", "text": "hola"})).out


def test_a_language_a_speaker_and_a_phase_may_stand_in_a_line(acompana):
    full = said(BEATEN, lang="es", speaker="child", phase="before", note="anything else")
    done = acompana(stdin=lines(full, said(BEATEN)))

    assert done.exit == 0
    assert [row["decision"] for row in done.rows] == ["alert", "alert"]


@pytest.mark.parametrize(
    ("speaker", "tier"),
    [
        ("younger_child", "critical"),
        ("child", "high"),
        ("teen", "high"),
        ("caregiver", "high"),
        ("nobody", "high"),
        (7, "high"),
        (None, "high"),
    ],
)
def test_who_speaks_may_raise_the_tier(acompana, speaker, tier):
    """As content/risk-policy.yml says: a child under nine cannot get away or call."""
    (row,) = acompana(stdin=lines(said(BEATEN, speaker=speaker))).rows
    assert row["tier"] == tier


@pytest.mark.parametrize(
    ("phase", "tier"),
    [("before", "medium"), ("journey", "critical"), ("after", "medium"), ("later", "medium")],
)
def test_where_the_return_stands_may_raise_the_tier(acompana, monkeypatch, phase, tier):
    """Nobody on the way can go and buy food or medicine."""
    found = Screening(Decision.ALERT, "basic_needs", Tier.MEDIUM, "classifier", 0.71234567)
    monkeypatch.setattr(screening, "screener", lambda home: Finding(found))
    (row,) = acompana(stdin=lines(said("no hay comida", phase=phase))).rows

    assert row == {
        "id": "a",
        "decision": "alert",
        "category": "basic_needs",
        "tier": tier,
        "layer": "classifier",
        "score": 0.7123,
    }


@dataclass(frozen=True)
class Finding:
    """Finds the same in everything."""

    found: Screening

    def screen(self, text, earlier=()):
        return self.found


def test_a_doubt_is_neither_an_alert_nor_nothing(acompana, monkeypatch):
    found = Screening(Decision.ASK, "distress", Tier.MEDIUM, "classifier", 0.4)
    monkeypatch.setattr(screening, "screener", lambda home: Finding(found))
    (row,) = acompana(stdin=lines(said("x"))).rows

    assert (row["decision"], row["category"], row["tier"]) == ("ask", "distress", "medium")


@pytest.mark.parametrize(
    "line",
    [
        "hola",
        "{",
        "{}",
        '{"id": "b"}',
        '{"id": "b", "text": 7}',
        '{"id": "b", "text": null}',
        '{"id": "b", "text": ["hola"]}',
        '["hola"]',
        '"hola"',
        "7",
        "null",
    ],
)
def test_a_bad_line_is_one_plain_sentence_that_names_it(acompana, line):
    done = acompana(stdin=f"{lines(said('hola'))}{line}\n{lines(said('hola'))}")

    assert done.exit == 1
    assert done.err == 'Line 2 is not JSON with an "id" and a "text".\n'
    assert len(done.rows) == 1  # what came before it is answered


def test_a_file_that_cannot_be_read_is_one_plain_sentence(acompana, tmp_path):
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"id": "a", "text": "ni\xf1o"}\n')

    for file, word in ((latin, "UTF-8"), (tmp_path, "no file"), (tmp_path / "none", "no file")):
        done = acompana(file)
        assert (done.exit, done.out) == (1, "")
        assert word in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_in_a_pipe_only_answers_are_on_standard_output(settings, screen):
    """A process of its own, as a script calls it; whatever has to be said besides is an error's."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "screen"],
        check=False, cwd=ROOT, capture_output=True, timeout=110,
        input=lines(said("quiero morirme"), said("buenos días, señora")).encode(),
        env=os.environ | {"ACOMPANA_HOME": str(settings.home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [row["decision"] for row in rows] == ["alert", "none"]


def test_wrong_usage_is_exit_2(acompana):
    assert acompana("--loud").exit == 2
