"""`acompana understand`: what the trained dialogue model makes of texts."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.app.run import prepare_model
from bot.app.training import model_path, rasa_environment, rasa_python
from bot.errors import AcompanaError
from bot.settings import ROOT, Settings


def understand(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines; standard input if left out")
    ] = None,
) -> None:
    """Read {"id","text"} lines, write {"id","intent","confidence"} lines."""
    settings = Settings()
    if file is not None and not file.exists():
        raise AcompanaError(f"There is no file {file}.")
    prepare_model(settings)
    lines = file.read_bytes() if file else sys.stdin.buffer.read()
    command = [
        str(rasa_python()),
        "-m",
        "bot.dialogue_engine.understand",
        str(model_path(settings)),
    ]
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=rasa_environment(settings),
        input=lines,
        stderr=subprocess.PIPE,
        check=False,
    )
    if ended.returncode != 0:
        raise AcompanaError("The dialogue model could not be asked; train it with: make train")
