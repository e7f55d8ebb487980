"""A contact's phone, played by a program: it writes through the signed webhook and sees the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.channels import Channel
from bot.errors import AcompanaError
from bot.gateways.twilio import sign
from bot.services.parts import Parts
from bot.settings import DEMO_ACCOUNT
from bot.store import contacts, database
from bot.store.tables import InboundRow, OutboundRow

Post = Callable[[str, Mapping[str, str], str], int]
"""Posts a form to a path with a signature and returns the status code."""

LOOK_SECONDS = 0.03


@dataclass
class Phone:
    """One person on one channel."""

    parts: Parts
    contact_id: UUID
    channel: Channel
    post: Post
    patience_seconds: float = 30
    references: list[str] = field(default_factory=list)

    def write(self, text: str = "", **extra: str) -> str:
        """Post what the person writes and return its provider reference."""
        reference = self.write_from(self._number(), text, **extra)
        self.references.append(reference)
        return reference

    def write_from(self, number: str, text: str = "", **extra: str) -> str:
        """Post a message from any number, such as that of a person of the staff."""
        reference = extra.pop("MessageSid", f"SM{uuid4().hex}")
        form = {
            "MessageSid": reference,
            "AccountSid": self.parts.settings.twilio_account_sid or DEMO_ACCOUNT,
            "From": number,
            "To": self.parts.settings.sender(self.channel),
            "Body": text,
            "NumMedia": "0",
            **extra,
        }
        path = f"/twilio/{self.channel}/inbound"
        url = self.parts.settings.reached_at + path
        status = self.post(path, form, sign(self.parts.settings.signing_token, url, form))
        if status >= 300:
            raise AcompanaError(f"The webhook answered {status}.")
        return reference

    def tap(self, choice_id: str, title: str = "") -> str:
        """Tap a button or a line of a list."""
        return self.write(title, ButtonPayload=choice_id, ButtonText=title)

    def answers_to(self, reference: str) -> list[OutboundRow]:
        """Wait until the message was answered and return the answers in order."""
        deadline = monotonic() + self.patience_seconds
        while monotonic() < deadline:
            with database.unit_of_work(self.parts.engine) as session:
                inbound = session.scalars(
                    select(InboundRow).where(InboundRow.provider_reference == reference)
                ).one()
                if inbound.state != "waiting":
                    return _answers(session, inbound.id)
            sleep(LOOK_SECONDS)
        raise AcompanaError(f"No answer within {self.patience_seconds:.0f} s.")

    def _number(self) -> str:
        with database.unit_of_work(self.parts.engine) as session:
            for address in contacts.addresses(session, self.contact_id):
                if address.channel == self.channel:
                    return contacts.plain_address(address).for_provider
        raise AcompanaError("This person has no address on this channel.")


def _answers(session: Session, inbound_id: UUID) -> list[OutboundRow]:
    query = select(OutboundRow).where(OutboundRow.inbound_id == inbound_id)
    return list(session.scalars(query.order_by(OutboundRow.sequence)))
