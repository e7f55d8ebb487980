"""Approved WhatsApp templates: content/templates.yml."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ContentError
from bot.phrasebook.source import read_yaml


@dataclass(frozen=True)
class Template:
    """One message that Meta approved: its numbered variables and Twilio's reference by language."""

    name: str
    variables: tuple[str, ...]
    references: Mapping[str, str]


def read_templates(path: Path) -> dict[str, Template]:
    """Return the templates by message id; a language that nobody approved has no reference."""
    return {
        message_id: _template(path.name, message_id, entry)
        for message_id, entry in read_yaml(path).items()
    }


def _template(file: str, message_id: str, entry: Mapping[str, object]) -> Template:
    references, variables = entry.get("content_sid"), entry.get("variables")
    if not isinstance(references, dict) or not isinstance(variables, list):
        raise ContentError(
            f"{file}: {message_id} needs `variables` and a `content_sid` per language."
        )
    approved = {language: str(sid) for language, sid in references.items() if sid}
    return Template(str(entry.get("name", message_id)), tuple(variables), approved)
