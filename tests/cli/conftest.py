"""The command line in this process, on a test's own database."""

import csv
import io
import json
import sys
from typing import Any, NamedTuple

import pytest

from bot.cli.main import main
from bot.clock import now
from bot.settings import Settings
from tests.keys import own_keys


class Done(NamedTuple):
    """What a command has printed, and how it ended."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[Any]:
        """What each line of JSON says."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def table(self) -> list[list[str]]:
        """The rows of a CSV without its remarks."""
        return list(csv.reader(line for line in self.out.splitlines() if not line.startswith("#")))

    def refused(self, *words: str) -> bool:
        """Return whether it is one plain sentence with these words."""
        one = len(self.err.strip().splitlines()) == 1
        said = all(word in self.err for word in words)
        return one and said and (self.exit, self.out) == (1, "")


@pytest.fixture
def acompana(database_url, private_folder, monkeypatch, capsys):
    """Run a command with this test's keys; the tests after it have those that they had."""
    monkeypatch.setenv("ACOMPANA_HOME", str(private_folder / "keys"))
    monkeypatch.setenv("ACOMPANA_MODE", "demo")
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*arguments: object, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["acompana", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    with own_keys(Settings(_env_file=None)):
        yield run


def enrolled(acompana, **changes) -> str:
    """Add Wendy with a consent and return her id."""
    options = {
        "--role": "child", "--name": "Wendy Cux", "--phone": "+15007770001",
        "--language": "es", "--birth-year": str(now().year - 7),
    } | changes  # fmt: skip
    done = acompana("contacts", "add", *(x for pair in options.items() for x in pair), "--consent")
    assert done.exit == 0, done.err
    return done.out.strip()
