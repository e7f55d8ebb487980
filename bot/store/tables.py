"""The tables. Words, names and numbers are encrypted; ids, states and times are not."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base
from bot.store.encryption import EncryptedJson, EncryptedText
from bot.store.risk_tables import StaffRow
from bot.store.time_tables import CheckInRow


class ContactRow(Base):
    """A person who writes to us."""

    __tablename__ = "contact"
    __table_args__ = (Index("contact_to_plan", "id", postgresql_where=text("planned_at IS NULL")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(12))
    country: Mapped[str] = mapped_column(String(2))
    destination: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str | None] = mapped_column(String(40))
    left_country: Mapped[str | None] = mapped_column(String(2))
    left_zone: Mapped[str | None] = mapped_column(String(40))
    """Where a child was before the hour of their arrival; nobody has said yet that they are there."""
    birth_year: Mapped[int | None] = mapped_column(Integer)
    born_on: Mapped[str | None] = mapped_column(EncryptedText)
    age_band: Mapped[str | None] = mapped_column(String(20))
    child_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    case_manager_id: Mapped[UUID | None] = mapped_column(ForeignKey(StaffRow.id))
    advocate_id: Mapped[UUID | None] = mapped_column(ForeignKey(StaffRow.id))
    held_by_id: Mapped[UUID | None] = mapped_column(ForeignKey(StaffRow.id))
    journey_held_at: Mapped[datetime | None]
    writer: Mapped[str | None] = mapped_column(String(20))
    onboarded_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    """When a case manager closed the case; three months of check-ins follow."""
    ended_at: Mapped[datetime | None]
    """When the good-bye was said; nothing is said unasked after it."""
    planned_at: Mapped[datetime | None]
    """When the check-ins were planned last; without it the clock plans them."""
    fallback_said_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class AddressRow(Base):
    """Where a contact is reached; found by a keyed hash."""

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("channel", "number_hash", "contact_id"),
        Index("address_number", "number_hash", "channel"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    number: Mapped[str] = mapped_column(EncryptedText)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary)
    opted_out_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    last_inbound_at: Mapped[datetime | None]
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    """Somebody else may hold this phone: who is writing is asked before anything personal."""
    speaking_at: Mapped[datetime | None]
    """When this contact was last known to hold a shared phone."""
    retired_at: Mapped[datetime | None]
    """The contact has another number now: nothing is said here any more."""


class ConsentRow(Base):
    """One agreement or refusal, never overwritten."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool] = mapped_column(Boolean)
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class InboundRow(Base):
    """A message that somebody wrote to us. `sequence` is the order of arrival."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index(
            "inbound_waiting",
            "contact_id",
            "sequence",
            postgresql_where=text("state='waiting'"),
        ),
        Index("inbound_unscreened", "sequence", postgresql_where=text("screened_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    provider_reference: Mapped[str] = mapped_column(String(64), unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"))
    channel: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(EncryptedText)
    choice_id: Mapped[str | None] = mapped_column(String(200))
    opt_out_type: Mapped[str | None] = mapped_column(String(10))
    media: Mapped[Any] = mapped_column(EncryptedJson, default=list)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    intent: Mapped[str | None] = mapped_column(String(40))
    screened_at: Mapped[datetime | None]
    safety: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(30))


class OutboundRow(Base):
    """A message that we say. `sequence` is the order in which a contact gets them."""

    __tablename__ = "outbound"
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - nobody needs `sequence` back
    __table_args__ = (
        UniqueConstraint("inbound_id", "part"),
        Index(
            "outbound_unfinished",
            "contact_id",
            "sequence",
            postgresql_where=text("status IN ('queued','sending','accepted')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    address_id: Mapped[UUID] = mapped_column(ForeignKey("address.id"))
    inbound_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbound.id"))
    part: Mapped[int] = mapped_column(Integer, default=0)
    channel: Mapped[str] = mapped_column(String(10))
    lane: Mapped[int] = mapped_column(Integer)
    message_ids: Mapped[list[str]] = mapped_column(JSONB)
    text: Mapped[str] = mapped_column(EncryptedText)
    form: Mapped[str] = mapped_column(String(10), default="none")
    check_in_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(CheckInRow.id, ondelete="SET NULL"), index=True
    )
    template: Mapped[str | None] = mapped_column(String(64))
    """The provider's reference of an approved message that is sent instead of the text."""
    menu: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    status: Mapped[str] = mapped_column(String(12), default="queued")
    provider_reference: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[int | None] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime]
    created_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    status_at: Mapped[datetime]


class ConversationRow(Base):
    """What the dialogue engine has to remember about one contact between two turns."""

    __tablename__ = "conversation"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    events: Mapped[Any] = mapped_column(EncryptedJson)
    last_said: Mapped[list[str]] = mapped_column(JSONB, default=list)
    updated_at: Mapped[datetime]


class TaskRow(Base):
    """Something that a person has to do for a contact."""

    __tablename__ = "task"
    __table_args__ = (Index("task_open", "due_at", postgresql_where=text("done_at IS NULL")),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    inbound_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbound.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(80), default="")
    tier: Mapped[str | None] = mapped_column(String(10))
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(EncryptedText)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    """What a person did, in their words."""
    told_at: Mapped[datetime | None]
    """When somebody was told that it is past its time."""


class SenderPaceRow(Base):
    """When a sender may send its next message, shared by all workers."""

    __tablename__ = "sender_pace"

    sender: Mapped[str] = mapped_column(String(60), primary_key=True)
    free_at: Mapped[datetime]


class ProviderContentRow(Base):
    """A set of buttons that the provider knows under its own reference."""

    __tablename__ = "provider_content"

    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider_reference: Mapped[str] = mapped_column(String(64))


class WorkerBeatRow(Base):
    """When each lane last looked for work, for the readiness probe."""

    __tablename__ = "worker_beat"

    lane: Mapped[str] = mapped_column(String(20), primary_key=True)
    beat_at: Mapped[datetime]
