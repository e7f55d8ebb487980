"""The tester of the outbound lane: messages are queued, workers send, reports come back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from bot.domain.channels import Channel
from bot.gateways.twilio_outcomes import outcome_of_report
from bot.services.parts import Parts
from bot.services.record_delivery import record_delivery
from bot.services.say import Lane
from bot.services.send_outbound import find_out_interrupted, send_next
from bot.store import contacts, database, tasks
from bot.store.tables import AddressRow, InboundRow, OutboundRow
from tests.pretended_time import PretendedTime

MENU = [
    {"id": "yes", "title": "Sí", "payload": "/affirm", "words": [], "emoji": []},
    {"id": "no", "title": "No", "payload": "/deny", "words": [], "emoji": []},
]


@dataclass
class Outbox:
    """One worker's view of what is to be sent, at a pretended time."""

    parts: Parts
    time: PretendedTime

    def queue(
        self, contact_id: UUID, text: str = "Hola", channel: Channel = Channel.SMS, **changes: Any
    ) -> UUID:
        """Queue an answer to something that the contact wrote; `unasked=True` for none."""
        is_answer = not changes.pop("unasked", False)
        with database.unit_of_work(self.parts.engine) as session:
            address = address_on(session, contact_id, channel)
            row = OutboundRow(
                **self._defaults(address) | {"text": text, "lane": Lane.INTERACTIVE} | changes
            )
            if is_answer:
                row.inbound_id = self._inbound(session, address)
            session.add(row)
            session.flush()
            return row.id

    def work(self, rounds: int = 200) -> None:
        """Let a worker do what is due now."""
        for _ in range(rounds):
            if not send_next(self.parts):
                return
        raise AssertionError("the worker did not come to rest")

    def look_after_interrupted(self) -> int:
        return find_out_interrupted(self.parts)

    def report(
        self,
        outbound_id: UUID | None,
        word: str,
        code: int | None = None,
        reference: str | None = None,
    ) -> None:
        """The provider reports about a message, by default about its last attempt."""
        if reference is None:
            row = self.row(outbound_id)
            reference = row.provider_reference or f"SM{row.id.hex}"
        record_delivery(outbound_id, reference, word, outcome_of_report(code), self.parts)

    def row(self, outbound_id: UUID) -> OutboundRow:
        with database.unit_of_work(self.parts.engine) as session:
            row = session.get(OutboundRow, outbound_id)
            assert row is not None
            return row

    def rows(self, contact_id: UUID) -> list[OutboundRow]:
        with database.unit_of_work(self.parts.engine) as session:
            return sorted(
                session.query(OutboundRow).filter_by(contact_id=contact_id),
                key=lambda row: row.sequence,
            )

    def status(self, outbound_id: UUID) -> str:
        return self.row(outbound_id).status

    def tasks(self, contact_id: UUID) -> list[str]:
        with database.unit_of_work(self.parts.engine) as session:
            return [task.kind for task in tasks.open_of(session, contact_id)]

    def address(self, contact_id: UUID, channel: Channel = Channel.SMS) -> AddressRow:
        with database.unit_of_work(self.parts.engine) as session:
            return address_on(session, contact_id, channel)

    def change_address(
        self, contact_id: UUID, channel: Channel = Channel.SMS, **changes: Any
    ) -> None:
        with database.unit_of_work(self.parts.engine) as session:
            address = address_on(session, contact_id, channel)
            for name, value in changes.items():
                setattr(address, name, value)

    def _defaults(self, address: AddressRow) -> dict[str, Any]:
        now = self.time.now()
        return {
            "contact_id": address.contact_id,
            "address_id": address.id,
            "channel": address.channel,
            "message_ids": ["requests.greet"],
            "menu": [],
            "created_at": now,
            "next_attempt_at": now,
            "status_at": now,
        }

    def _inbound(self, session: database.Session, address: AddressRow) -> UUID:
        row = InboundRow(
            provider_reference=f"SM{uuid4().hex}",
            contact_id=address.contact_id,
            address_id=address.id,
            channel=address.channel,
            text="hola",
            received_at=self.time.now(),
            next_attempt_at=self.time.now(),
            state="answered",
        )
        session.add(row)
        session.flush()
        return row.id


def address_on(session: database.Session, contact_id: UUID, channel: Channel) -> AddressRow:
    return next(a for a in contacts.addresses(session, contact_id) if a.channel == channel)
