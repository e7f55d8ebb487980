"""`pybabel extract`, `update` and `compile` with our settings."""

from babel.messages.frontend import CommandLineInterface

from bot.settings import CONTENT, ROOT

LOCALES = CONTENT / "locale"
TEMPLATE = LOCALES / "messages.pot"


def extract() -> None:
    """Write the template of all English texts."""
    _run(
        "extract", "-F", str(ROOT / "babel.cfg"), "-k", "pgettext:1c,2", "--no-location",
        "--project=Acompana", "--version=1", "-o", str(TEMPLATE), str(ROOT),
    )  # fmt: skip


def update() -> None:
    """Merge the template into the catalogues; what changed becomes fuzzy."""
    extract()
    _run("update", "-i", str(TEMPLATE), "-d", str(LOCALES), "--width=100", "--previous")


def compile_catalogues() -> None:
    """Write the .mo files."""
    _run("compile", "-d", str(LOCALES), "--statistics")


def _run(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "-q", *arguments])
