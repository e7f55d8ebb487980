"""The tester of one phone, whoever holds it: writes from a number, and reads what arrives there."""

from dataclasses import replace
from uuid import UUID, uuid4

from sqlalchemy import select
from starlette.testclient import TestClient

from bot.app.phone import Phone
from bot.domain.channels import Address, Channel
from bot.services.parts import Parts
from bot.services.say import Lane
from bot.services.say_unasked import Unasked, say_at
from bot.store import contacts, database, phones, tasks
from bot.store.tables import AddressRow, ContactRow, InboundRow, OutboundRow
from bot.web.application import create_application
from tests.conversation import Conversation
from tests.pretended_time import PretendedTime


class OnePhone:
    """A number. The worker's steps run when somebody has written from it."""

    def __init__(
        self,
        parts: Parts,
        number: str,
        channel: Channel = Channel.SMS,
        time: PretendedTime | None = None,
    ) -> None:
        self.parts, self.number, self.channel, self.time = parts, number, channel, time
        self.client = TestClient(create_application(parts), base_url=parts.settings.own_url)
        self.worker = Conversation(parts, uuid4(), channel)
        self.read = 0
        self.last: str | None = None

    def on(self, channel: Channel) -> "OnePhone":
        """The same phone on another channel."""
        return OnePhone(self.parts, self.number, channel, self.time)

    def arrives(self, text: str = "", **form: str) -> "OnePhone":
        """Somebody writes, and the worker has not looked yet."""
        self.last = form.setdefault("MessageSid", f"SM{uuid4().hex}")
        phone = Phone(self.parts, uuid4(), self.channel, self._post)
        phone.write_from(Address(self.channel, self.number).for_provider, text, **form)
        return self

    def says(self, text: str = "", **form: str) -> "OnePhone":
        """Somebody writes; everything that waits is answered and sent."""
        self.arrives(text, **form)
        return self.works()

    def taps(self, choice_id: str) -> "OnePhone":
        """Somebody taps a choice."""
        return self.says(ButtonPayload=choice_id, ButtonText="")

    def works(self) -> "OnePhone":
        """The worker does what is due; `said` is what has left for this number since the last time."""
        if self.time is not None:
            self.time.passes(seconds=5)  # what was said last has left by now
        before = {row.id for row in self.left()}
        self.worker.parts = self.parts
        self.worker.work()
        self._new = [row for row in self.left() if row.id not in before]
        return self

    @property
    def said(self) -> list[str]:
        """The message ids that have just arrived on this phone."""
        return [message_id for row in self._new for message_id in row.message_ids]

    @property
    def text(self) -> str:
        return "\n".join(row.text for row in self._new)

    @property
    def hearer(self) -> UUID:
        """To whom that was said."""
        (contact_id,) = {row.contact_id for row in self._new}
        return contact_id

    @property
    def writer(self) -> UUID:
        """Whose words the last message is taken to be."""
        return self.inbound().contact_id

    def inbound(self, reference: str | None = None) -> InboundRow:
        with database.unit_of_work(self.parts.engine) as session:
            query = select(InboundRow).where(
                InboundRow.provider_reference == (reference or self.last)
            )
            return session.scalars(query).one()

    def left(self) -> list[OutboundRow]:
        """Everything that was ever sent to this number on any channel."""
        with database.unit_of_work(self.parts.engine) as session:
            ids = [row.id for row in phones.everybody_at(session, self.number)]
            query = select(OutboundRow).where(
                OutboundRow.address_id.in_(ids), OutboundRow.accepted_at.is_not(None)
            )
            return list(session.scalars(query.order_by(OutboundRow.sequence)))

    def everybody(self) -> list[AddressRow]:
        with database.unit_of_work(self.parts.engine) as session:
            return list(phones.everybody_at(session, self.number))

    def _post(self, path: str, form: object, signature: str) -> int:
        headers = {"X-Twilio-Signature": signature}
        return self.client.post(path, data=dict(form), headers=headers).status_code  # type: ignore[call-overload]


def tasks_of(parts: Parts, contact_id: UUID) -> list[tuple[str, str]]:
    """Return what is open for a contact: kind, and what it is about."""
    with database.unit_of_work(parts.engine) as session:
        return [(task.kind, task.about) for task in tasks.open_of(session, contact_id)]


def say(parts: Parts, contact_id: UUID, *message_ids: str) -> UUID:
    """Queue something that nobody asked for, by SMS."""
    with database.unit_of_work(parts.engine) as session:
        contact = contacts.get(session, contact_id)
        (address,) = [a for a in contacts.addresses(session, contact_id) if a.channel == "sms"]
        unasked = Unasked(message_ids, Lane.CHECK_IN)
        return say_at(session, contact, address.id, unasked, parts).id


def contact_of(parts: Parts, contact_id: UUID) -> ContactRow:
    with database.unit_of_work(parts.engine) as session:
        return session.get_one(ContactRow, contact_id)


def numbers_of(parts: Parts, contact_id: UUID) -> dict[str, list[str]]:
    """Return the channels of each number that a contact is reached at now."""
    found: dict[str, list[str]] = {}
    with database.unit_of_work(parts.engine) as session:
        for row in contacts.addresses(session, contact_id):
            if row.retired_at is None:
                found.setdefault(row.number, []).append(row.channel)
    return found


def at_time(parts: Parts, time: PretendedTime) -> Parts:
    """Return parts on a clock that the test moves."""
    return replace(parts, now=time.now, pause=time.pause)
