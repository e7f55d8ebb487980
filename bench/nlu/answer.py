"""Load one model as the server does and answer a file of examples; the report goes to a file.

python -m bench.nlu.answer MODEL EXAMPLES REPORT
"""

import asyncio
import json
import logging
import resource
import sys
import time
from pathlib import Path

import structlog
from rasa.core.agent import Agent

WARM_UP = "hola"


def main() -> None:
    """Answer all examples one by one; write what was found, how fast, with how much memory."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    model, examples, report = sys.argv[1:]
    cases = [json.loads(line) for line in Path(examples).read_text("utf-8").splitlines()]
    before = time.perf_counter()
    agent = Agent.load(model)
    load_seconds = time.perf_counter() - before
    answered = asyncio.run(_answer(agent, cases))
    answered["load_seconds"] = load_seconds
    answered["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(report).write_text(json.dumps(answered), encoding="utf-8")


async def _answer(agent: Agent, cases: list[dict]) -> dict:
    await agent.parse_message(WARM_UP)
    ready_at = time.time()
    answered, milliseconds, processor = [], [], []
    for case in cases:
        before, used = time.perf_counter(), time.process_time()
        parsed = await agent.parse_message(case["text"])
        milliseconds.append(1000 * (time.perf_counter() - before))
        processor.append(1000 * (time.process_time() - used))
        answered.append(_found(case, parsed))
    times = {"ready_at": ready_at, "milliseconds": milliseconds, "processor": processor}
    return {**times, "cases": answered}


def _found(case: dict, parsed: dict) -> dict:
    best = next(i for i in parsed["intent_ranking"] if i["name"] != "nlu_fallback")
    return {
        **{key: case[key] for key in ("id", "lang", "speaker", "intent")},
        "found": best["name"],
        "confidence": best["confidence"],
        "fell_back": parsed["intent"]["name"] == "nlu_fallback",
    }


if __name__ == "__main__":
    main()
