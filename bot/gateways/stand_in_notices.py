"""The stand-in for calling staff: notifications are shown in the console's log and the simulator."""

import logging

from bot.gateways.notifying import Call

logger = logging.getLogger(__name__)


class StandInNotifier:
    """Accepts everything and sends nothing; the text names nobody, so it may be logged."""

    def send(self, call: Call) -> str:
        """Accept under a reference made from our id."""
        logger.info("stand-in notified by %s: %s", call.channel, call.text)
        return f"NT{call.id.hex}"
