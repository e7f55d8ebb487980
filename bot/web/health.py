"""Alive, ready per part, and figures for Prometheus."""

from datetime import datetime, timedelta
from typing import Any

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Gauge,
    generate_latest,
)
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from bot.services.parts import Parts
from bot.store import check_ins, database, inbox, outbox
from bot.store.tables import InboundRow, OutboundRow, TaskRow, WorkerBeatRow
from bot.web.signature import parts_of

routes = APIRouter()
WORKER_IS_LATE = timedelta(seconds=15)


@routes.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that this process answers."""
    return {"status": "alive"}


@routes.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Say which parts are ready: 200 if all of them are, else 503."""
    parts = await run_in_threadpool(readiness, parts_of(request))
    ready = all(part["ready"] for part in parts.values())
    return JSONResponse({"ready": ready, "parts": parts}, status_code=200 if ready else 503)


@routes.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return the figures in Prometheus' text format; they count rows and carry no names."""
    body = await run_in_threadpool(_figures, parts_of(request))
    return Response(body, media_type=CONTENT_TYPE_LATEST)


def readiness(parts: Parts) -> dict[str, dict[str, Any]]:
    """Return each part with `ready` and what else is worth knowing."""
    return {
        **_database_and_lanes(parts),
        "dialogue": {"ready": parts.dialogue.ready()},
        "actions": {"ready": _actions_ready(parts)},
    }


def _database_and_lanes(parts: Parts) -> dict[str, dict[str, Any]]:
    now = parts.now()
    try:
        with database.unit_of_work(parts.engine) as session:
            beat_at = session.scalars(select(func.max(WorkerBeatRow.beat_at))).one()
            lanes = {
                "inbound": _lane(beat_at, inbox.oldest_waiting_at(session), now),
                "outbound": _lane(beat_at, outbox.oldest_queued_at(session, now), now),
                "check_ins": _lane(beat_at, check_ins.oldest_due_at(session, now), now),
            }
    except SQLAlchemyError:
        return {"database": {"ready": False}}
    return {"database": {"ready": True}, **lanes}


def _lane(beat_at: datetime | None, oldest_at: datetime | None, now: datetime) -> dict[str, Any]:
    alive = beat_at is not None and now - beat_at < WORKER_IS_LATE
    age = (now - oldest_at).total_seconds() if oldest_at else 0.0
    return {"ready": alive, "oldest_row_age_seconds": round(age, 3)}


def _actions_ready(parts: Parts) -> bool:
    url = f"http://127.0.0.1:{parts.settings.actions_port}/health"
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _figures(parts: Parts) -> bytes:
    registry = CollectorRegistry()
    with database.unit_of_work(parts.engine) as session:
        _count(session, registry, "acompana_inbound_messages", InboundRow.state)
        _count(session, registry, "acompana_outbound_messages", OutboundRow.status)
        _count(session, registry, "acompana_tasks", TaskRow.kind)
        _age(registry, "inbound", inbox.oldest_waiting_at(session), parts.now())
        now = parts.now()
        _age(registry, "outbound", outbox.oldest_queued_at(session, now), now)
        _age(registry, "check_ins", check_ins.oldest_due_at(session, now), now)
    return generate_latest(registry)


def _count(session: Session, registry: CollectorRegistry, name: str, column: Any) -> None:
    gauge = Gauge(name, f"Rows by {column.key}", [column.key], registry=registry)
    for value, count in session.execute(select(column, func.count()).group_by(column)):
        gauge.labels(value).set(count)


def _age(registry: CollectorRegistry, lane: str, at: datetime | None, now: datetime) -> None:
    name = f"acompana_{lane}_oldest_row_age_seconds"
    gauge = Gauge(name, f"Age of the {lane} lane's oldest row that waits", registry=registry)
    gauge.set((now - at).total_seconds() if at else 0)
