"""The tester: a contact who writes through the signed webhook and hears what the worker sends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from starlette.testclient import TestClient

from bot.app.phone import Phone
from bot.domain.channels import Channel
from bot.services.answer_inbound import answer_next
from bot.services.keep_watch import keep_watch
from bot.services.parts import Parts
from bot.services.screen_inbound import screen_next
from bot.services.send_notice import send_next_notice
from bot.services.send_outbound import send_next
from bot.store import contacts, database, escalations, tasks
from bot.store.risk_tables import EscalationRow
from bot.store.tables import ContactRow, InboundRow, OutboundRow
from bot.web.application import create_application
from tests.builders import number_of


class Conversation:
    """One person on one channel. The worker's steps run when the person has written."""

    def __init__(self, parts: Parts, contact_id: UUID, channel: Channel = Channel.SMS) -> None:
        self.parts = parts
        self.contact_id = contact_id
        self.client = TestClient(create_application(parts), base_url=parts.settings.own_url)
        self.phone = Phone(parts, contact_id, channel, self._post)
        self.answers: list[OutboundRow] = []

    def __enter__(self) -> "Conversation":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.close()

    def on(self, channel: Channel) -> "Conversation":
        """The same person on another channel."""
        return Conversation(self.parts, self.contact_id, channel)

    def says(self, text: str = "", **form: str) -> "Conversation":
        """The person writes; everything that waits is answered and sent."""
        return self._hear(self.phone.write(text, **form))

    def taps(self, choice_id: str) -> "Conversation":
        """The person taps a choice."""
        return self._hear(self.phone.tap(choice_id))

    def is_welcomed(self, *, assent: str = "yes") -> "Conversation":
        """Go through the first questions up to the agreement."""
        self.says("hola")
        while (
            "onboarding.ask_assent" not in self.said and "onboarding.ask_consent" not in self.said
        ):
            step = next(step for step in WELCOME if step in self.said)
            self.taps(WELCOME[step])
        return self.taps(assent)

    @property
    def said(self) -> list[str]:
        """The message ids of the last answer, in order."""
        return [message_id for row in self.answers for message_id in row.message_ids]

    @property
    def text(self) -> str:
        """The words of the last answer."""
        return "\n\n".join(row.text for row in self.answers)

    @property
    def tasks(self) -> list[str]:
        """What a case manager finds open for this person."""
        with database.unit_of_work(self.parts.engine) as session:
            return [task.kind for task in tasks.open_of(session, self.contact_id)]

    @property
    def contact(self) -> ContactRow:
        with database.unit_of_work(self.parts.engine) as session:
            return contacts.get(session, self.contact_id)

    @property
    def said_ever(self) -> list[list[str]]:
        """The message ids of everything that was ever said to this person, oldest first."""
        return [row.message_ids for row in self.outbound()]

    def later(self, **delta: float) -> None:
        """So much time passes for the worker, which then does what is due."""
        before = self.parts.now
        self.parts = replace(self.parts, now=lambda: before() + timedelta(**delta))
        self.work()

    def work(self) -> None:
        """Let the worker do everything that is due: screen, answer, send, call staff, keep watch."""
        for step in (screen_next, answer_next, send_next, send_next_notice):
            while step(self.parts):
                pass

    def clock_ticks(self) -> None:
        """Let the clock look once, and the worker do what follows from it."""
        while keep_watch(self.parts):
            pass
        self.work()

    @property
    def escalation(self) -> EscalationRow:
        """The newest escalation of this person."""
        found = self.escalations
        assert found, "nobody was called"
        return found[-1]

    @property
    def escalations(self) -> list[EscalationRow]:
        with database.unit_of_work(self.parts.engine) as session:
            query = select(EscalationRow).where(EscalationRow.contact_id == self.contact_id)
            return list(session.scalars(query.order_by(EscalationRow.opened_at)))

    @property
    def chain(self) -> list[str]:
        """The steps of the newest escalation, oldest first."""
        with database.unit_of_work(self.parts.engine) as session:
            return [step.step for step in escalations.chain(session, self.escalation.id)]

    def staff_answers(self, staff_id: UUID, text: str, reference: str | None = None) -> None:
        """A person of the staff sends an SMS from their phone."""
        number = number_of(self.parts, staff_id)
        self.phone.write_from(number, text, MessageSid=reference or f"SM{uuid4().hex}")
        self.work()

    def inbound(self, reference: str) -> InboundRow:
        with database.unit_of_work(self.parts.engine) as session:
            query = select(InboundRow).where(InboundRow.provider_reference == reference)
            return session.scalars(query).one()

    def outbound(self) -> list[OutboundRow]:
        """Everything that was ever said to this person, oldest first."""
        with database.unit_of_work(self.parts.engine) as session:
            query = select(OutboundRow).where(OutboundRow.contact_id == self.contact_id)
            return list(session.scalars(query.order_by(OutboundRow.sequence)))

    def _hear(self, reference: str) -> "Conversation":
        self.work()
        inbound_id = self.inbound(reference).id
        self.answers = [row for row in self.outbound() if row.inbound_id == inbound_id]
        return self

    def _post(self, path: str, form: Mapping[str, str], signature: str) -> int:
        headers = {"X-Twilio-Signature": signature}
        return self.client.post(path, data=dict(form), headers=headers).status_code


WELCOME: dict[str, Any] = {
    "onboarding.ask_language": "language_es",
    "onboarding.ask_who": "who_me",
    "onboarding.ask_age": "age_9_12",
}
"""What is tapped on the way to the agreement."""
