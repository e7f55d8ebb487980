"""The stand-in for a provider: it accepts everything and reports deliveries as Twilio would."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from time import sleep

import httpx

from bot.domain.channels import Channel
from bot.gateways.sending import Parcel
from bot.gateways.twilio import sign
from bot.settings import DEMO_ACCOUNT, Settings

logger = logging.getLogger(__name__)

REPORTS = {
    Channel.SMS: (("sent", 0.15), ("delivered", 0.5)),
    Channel.WHATSAPP: (("sent", 0.15), ("delivered", 0.4), ("read", 1.2)),
}
"""The delivery reports of each channel with the seconds before each one."""


class StandInProvider:
    """Sends nothing: the simulator shows the outbound rows; delivery reports go through our webhook."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.Client(base_url=settings.own_url, timeout=5, trust_env=False)
        self._reporters = ThreadPoolExecutor(max_workers=8, thread_name_prefix="stand-in")

    def send(self, parcel: Parcel) -> str:
        """Accept the message under a reference made from our id, so that a repeat is the same one."""
        reference = _reference(parcel)
        logger.info("stand-in took message %s", parcel.id)
        self._reporters.submit(self._report, parcel, reference)
        return reference

    def close(self) -> None:
        """Stop reporting and close the connections."""
        self._reporters.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def find(self, parcel: Parcel, since: datetime) -> Sequence[str]:
        """Say that nothing left: sending again makes no second message here."""
        return ()

    def _report(self, parcel: Parcel, reference: str) -> None:
        path = f"/twilio/{parcel.to.channel}/status?message={parcel.id}"
        for word, wait_seconds in REPORTS[parcel.to.channel]:
            sleep(wait_seconds)
            form = {
                "MessageSid": reference,
                "MessageStatus": word,
                "AccountSid": DEMO_ACCOUNT,
                "To": parcel.to.for_provider,
            }
            signature = sign(self._settings.signing_token, self._settings.reached_at + path, form)
            self._post(path, form, signature)

    def _post(self, path: str, form: dict[str, str], signature: str) -> None:
        try:
            self._client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        except httpx.TransportError:
            logger.info("a delivery report of the stand-in was lost")


def _reference(parcel: Parcel) -> str:
    return f"SM{parcel.id.hex}"
