"""What calls staff, in memory: it takes everything, or refuses a channel as a test says."""

from collections import Counter

from bot.gateways.notifying import Call
from bot.gateways.sending import SendingFailed


class RecordingNotifier:
    """Keeps every call in order; `refuses` holds the failure of each channel that refuses."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refuses: dict[str, SendingFailed] = {}
        self.refused: Counter[str] = Counter()

    def send(self, call: Call) -> str:
        if call.channel in self.refuses:
            self.refused[call.channel] += 1
            raise self.refuses[call.channel]
        self.calls.append(call)
        return f"NT{call.id.hex}"

    @property
    def called(self) -> list[tuple[str, str, str]]:
        """(number, channel, message id) of every call, in order."""
        return [(call.number, call.channel, call.template) for call in self.calls]
