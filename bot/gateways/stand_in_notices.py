"""The stand-in for calling staff: it sends nothing and logs which message went to whom by id."""

import logging

from bot.gateways.notifying import Call

logger = logging.getLogger(__name__)


class StandInNotifier:
    """Accepts everything and sends nothing; a text may name a colleague or what was disclosed."""

    def send(self, call: Call) -> str:
        """Accept under a reference made from our id."""
        logger.info("stand-in notified by %s: %s as %s", call.channel, call.template, call.id)
        return f"NT{call.id.hex}"
