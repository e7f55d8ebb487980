"""A provider in memory: it takes everything, or refuses as a test says."""

from datetime import datetime

from bot.gateways.sending import Parcel, SendingFailed


class AcceptingProvider:
    """Keeps what it was handed, in order; `refuse_next` holds failures for the next messages."""

    def __init__(self) -> None:
        self.parcels: list[Parcel] = []
        self.refuse_next: list[SendingFailed] = []
        self.left: dict[str, str] = {}

    def send(self, parcel: Parcel) -> str:
        if self.refuse_next:
            raise self.refuse_next.pop(0)
        self.parcels.append(parcel)
        return f"SM{parcel.id.hex}"

    def find(self, parcel: Parcel, since: datetime) -> list[str]:
        return [self.left[parcel.text]] if parcel.text in self.left else []
