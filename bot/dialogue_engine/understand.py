"""Understand texts without any conversation: JSON lines in, JSON lines out.

    python -m bot.dialogue_engine.understand MODEL_FOLDER_OR_FILE < in.jsonl > out.jsonl

Reads {"id", "text"}, writes {"id", "intent", "confidence"}. A line that is no such object gets a
line with "error" instead, and the next one is read. No text is logged or repeated.
"""

import asyncio
import json
import logging
import sys
from typing import Any, BinaryIO, Dict, TextIO

import structlog
from rasa.core.agent import Agent


async def best_intent(agent: Agent, text: str) -> Dict[str, Any]:
    """Return the likeliest real intent, also where the dialogue would have fallen back.

    A slash at the beginning is how Rasa is given an intent; what somebody typed is only a text.
    """
    parsed = await agent.parse_message(text.lstrip(" /"))
    real = [intent for intent in parsed["intent_ranking"] if intent["name"] != "nlu_fallback"]
    return {"intent": real[0]["name"], "confidence": round(float(real[0]["confidence"]), 4)}


async def understand(agent: Agent, lines: BinaryIO, out: TextIO) -> None:
    """Write one line for each line that is read, in the same order."""
    for line in lines:
        asked = _read(line)
        if "error" not in asked:
            asked = {"id": asked["id"], **await best_intent(agent, asked["text"])}
        print(json.dumps(asked), file=out, flush=True)


def _read(line: bytes) -> Dict[str, Any]:
    """Return what is asked, or why it cannot be answered."""
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except ValueError:
        return {"id": None, "error": "not a line of JSON"}
    if not isinstance(asked, dict) or "id" not in asked:
        return {"id": None, "error": 'not an object with "id" and "text"'}
    if not isinstance(asked.get("text"), str):
        return {"id": asked["id"], "error": '"text" is missing or no string'}
    return {"id": asked["id"], "text": asked["text"]}


def main() -> None:
    """Load the model that the command line names and answer standard input."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bot.dialogue_engine.understand MODEL < in.jsonl > out.jsonl")
    # Rasa's debug lines hold the text, and would stand between the answers.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    agent = Agent.load(sys.argv[1])
    if not agent.is_ready():
        sys.exit(f"no trained model at {sys.argv[1]}")
    asyncio.run(understand(agent, sys.stdin.buffer, sys.stdout))


if __name__ == "__main__":
    main()
