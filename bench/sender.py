"""The posting process: `python -m bench.sender PLAN.json OUTCOME.json`."""

import asyncio
import json
import sys
from pathlib import Path
from time import perf_counter, time
from typing import Any

import httpx


async def main(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Post every message at its time and return what became of each."""
    unlimited = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=None, limits=unlimited, trust_env=False) as client:
        begin_at, patience = plan["begin_at"], plan["patience_seconds"]
        posting = [_post(client, begin_at, patience, message) for message in plan["messages"]]
        return list(await asyncio.gather(*posting))


async def _post(
    client: httpx.AsyncClient, begin_at: float, patience: float, message: dict[str, Any]
) -> dict[str, Any]:
    await asyncio.sleep(max(0.0, begin_at + message["due_seconds"] - time()))
    headers = {"X-Twilio-Signature": message["signature"]} if message["signature"] else {}
    started_at, began = time(), perf_counter()
    try:
        async with asyncio.timeout(patience):  # connecting and waiting together, as Twilio counts
            answer = await client.post(message["url"], data=message["form"], headers=headers)
        status = answer.status_code
    except (httpx.TransportError, TimeoutError):
        status = 0
    return {
        "reference": message["form"]["MessageSid"],
        "started_at": started_at,
        "seconds": perf_counter() - began,
        "status": status,
    }


if __name__ == "__main__":
    outcome = asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
    Path(sys.argv[2]).write_text(json.dumps(outcome))
