"""Turn Rasa's silent failures into errors, and repair what is measurably slow.

Rasa 3.6.21 logs a failed action as executed and answers as if nothing had happened, and spends
four fifths of a custom action's time re-checking its own JSON schema. Both are repaired here, once,
when the channel is loaded.
"""

import asyncio
from typing import Any, Dict

import aiohttp
from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.processor import MessageProcessor

ACTION_TIMEOUT_SECONDS = 10
"""Shorter than the worker's own limit for a whole turn, so that the true cause is reported."""


class TurnAborted(BaseException):
    """An action failed; the turn must leave no trace so that it can be tried again.

    Not an `Exception`, because Rasa swallows every `Exception` that an action raises.
    """


def is_temporary(failure: BaseException) -> bool:
    """Return whether the cause is an action server that cannot be reached or is too slow."""
    chain, seen = failure, []
    while chain is not None and chain not in seen:
        if isinstance(chain, (aiohttp.ClientConnectionError, asyncio.TimeoutError)):
            return True
        seen.append(chain)
        chain = chain.__cause__ or chain.__context__
    return False


class LoudAction:
    """An action whose failures end the turn instead of being logged as success."""

    def __init__(self, action: Action) -> None:
        self._action = action

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        """Run the action; a rejection passes, any other failure ends the turn."""
        try:
            return await self._action.run(*args, **kwargs)
        except ActionExecutionRejection:
            raise
        except Exception as failure:
            raise TurnAborted(type(failure).__name__) from failure


def _looks_like_an_action_result(_self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Check the two keys that are used; the full schema check took 80 % of an action's time."""
    if isinstance(result, dict) and all(
        isinstance(result.get(key, []), list) for key in ("events", "responses")
    ):
        return True
    raise ValueError("the action server answered something that is not an action result")


def apply() -> None:
    """Apply the repairs. A second call changes nothing."""
    if getattr(MessageProcessor, "repaired_by_acompana", False):
        return
    original = MessageProcessor._run_action

    async def run_action_loudly(
        self: MessageProcessor, action: Action, *args: Any, **kwargs: Any
    ) -> bool:
        return await original(self, LoudAction(action), *args, **kwargs)

    MessageProcessor._run_action = run_action_loudly
    MessageProcessor.repaired_by_acompana = True
    RemoteAction._validate_action_result = _looks_like_an_action_result
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_TIMEOUT_SECONDS
