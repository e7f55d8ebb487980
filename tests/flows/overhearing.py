"""What a contact hears and what the dialogue engine learns about them, for comparing two of them."""

from dataclasses import dataclass, field
from uuid import UUID

from bot.domain.channels import Channel
from bot.gateways.dialogue import Dialogue, Turn, TurnRequest
from bot.services.parts import Parts
from bot.services.speaker import speaker_for
from bot.store import contacts, database
from bot.store.tables import ConversationRow
from tests.builders import Family, number_of
from tests.conversation import Conversation


@dataclass
class Overheard:
    """A dialogue engine that answers as the real one does; everything it is told is kept."""

    dialogue: Dialogue
    requests: list[TurnRequest] = field(default_factory=list)

    def take_turn(self, request: TurnRequest) -> Turn:
        self.requests.append(request)
        return self.dialogue.take_turn(request)

    def ready(self) -> bool:
        return self.dialogue.ready()

    def told_about(self, contact_id: UUID) -> str:
        """Return everything that it was told about one contact."""
        told = [r for r in self.requests if r.contact_id == contact_id]
        return "\n".join(f"{r.text} {r.metadata} {r.events}" for r in told)


def transcript(talk: Conversation, family: Family) -> list[tuple[list[str], str]]:
    """Return message ids and words of everything said, without what differs between two families."""
    number = number_of(talk.parts, family.case_manager)
    return [(row.message_ids, row.text.replace(number, "NUMBER")) for row in talk.outbound()]


def values_of(parts: Parts, contact_id: UUID) -> dict[str, str]:
    """Return all values that words said to this contact could use."""
    with database.unit_of_work(parts.engine) as session:
        row = contacts.get(session, contact_id)
        return dict(speaker_for(session, row, Channel.SMS, parts).values)


def remembered(parts: Parts, contact_id: UUID) -> str:
    """Return what is kept of this contact's conversation between two turns."""
    with database.unit_of_work(parts.engine) as session:
        row = session.get(ConversationRow, contact_id)
        return f"{row.events} {row.last_said}" if row else ""
