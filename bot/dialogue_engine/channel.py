"""The channel between the worker and Rasa: loopback only, failures are failures."""

import logging
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request as HttpRequest
from sanic.response import HTTPResponse

from bot.dialogue_engine import repairs
from bot.dialogue_engine.turn import Request, answer
from bot.dialogue_engine.understand import best_intent

logger = logging.getLogger(__name__)
repairs.apply()


class AcompanaChannel(InputChannel):
    """Answers one message of one conversation, which the caller carries."""

    @classmethod
    def name(cls) -> str:
        return "acompana"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> InputChannel:
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Serve `GET /` (ready?), `POST /turn` and `POST /understand`."""
        routes = Blueprint("acompana_channel")
        routes.add_route(ready, "/", methods=["GET"])
        routes.add_route(turn, "/turn", methods=["POST"])
        routes.add_route(understand, "/understand", methods=["POST"])
        return routes


async def ready(request: HttpRequest) -> HTTPResponse:
    """Say whether a model is loaded: 200 or 503."""
    agent = _agent(request)
    if agent is None:
        return response.json({"ready": False}, status=503)
    return response.json({"ready": True, "model": agent.model_id})


async def turn(request: HttpRequest) -> HTTPResponse:
    """Take one turn: 200 with the answer, 400 bad request, 503 nothing happened.

    `temporary` in a 503 says that the same turn will do once another process is back.
    """
    agent = _agent(request)
    if agent is None:
        return response.json({"error": "no model is loaded", "temporary": True}, status=503)
    try:
        wanted = Request(**request.json)
    except TypeError:
        return response.json({"error": "not a turn"}, status=400)
    try:
        return response.json(await answer(agent, wanted))
    except (repairs.TurnAborted, Exception) as failure:
        logger.error("turn %s failed: %s", wanted.message_id, type(failure).__name__)
        temporary = repairs.is_temporary(failure)
        body = {"error": type(failure).__name__, "temporary": temporary}
        return response.json(body, status=503)


async def understand(request: HttpRequest) -> HTTPResponse:
    """Return intent and confidence of each text in `{"texts": [...]}`, without any conversation."""
    agent = _agent(request)
    if agent is None:
        return response.json({"error": "no model is loaded"}, status=503)
    texts = request.json["texts"]
    return response.json({"intents": [await best_intent(agent, text) for text in texts]})


def _agent(request: HttpRequest) -> Optional[Agent]:
    agent = request.app.ctx.agent
    return agent if agent is not None and agent.is_ready() else None
