"""Read the YAML files under data/risk/ with errors that name the file."""

from pathlib import Path
from typing import Any

import yaml

from bot.errors import ContentError


def read_yaml(path: Path) -> Any:
    """Return what a file holds; one that is missing or broken is a `ContentError`."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except FileNotFoundError:
        raise ContentError(f"{path} is missing.") from None
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise ContentError(f"{path.name}{line}: this is not valid YAML.") from broken


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
