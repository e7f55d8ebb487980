"""The tables behind every risk: staff and their rota, escalations, notifications, open questions."""

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
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base
from bot.store.encryption import EncryptedText


class StaffRow(Base):
    """A case manager, supervisor or child advocate."""

    __tablename__ = "staff"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(EncryptedText)
    number: Mapped[str] = mapped_column(EncryptedText)
    number_hash: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    email: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str] = mapped_column(String(12), default="es")
    country: Mapped[str] = mapped_column(String(2))
    left_at: Mapped[datetime | None]


class DutyShiftRow(Base):
    """Hours in which a person answers for a country, in that country's time."""

    __tablename__ = "duty_shift"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    weekdays: Mapped[list[int]] = mapped_column(JSONB)
    starts: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    rank: Mapped[int] = mapped_column(Integer, default=1)
    on_holidays: Mapped[bool] = mapped_column(Boolean, default=False)
    phases: Mapped[list[str]] = mapped_column(JSONB, default=list)


class EscalationRow(Base):
    """Our record that a person must act for a contact. `next_call_at` drives the calling."""

    __tablename__ = "escalation"
    __table_args__ = (
        Index("escalation_unclosed", "contact_id", postgresql_where=text("state <> 'closed'")),
        Index("escalation_call", "next_call_at", postgresql_where=text("next_call_at IS NOT NULL")),
        Index("escalation_proof", "proof_at", postgresql_where=text("proof_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    code: Mapped[str] = mapped_column(String(4), index=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    inbound_id: Mapped[UUID | None] = mapped_column(ForeignKey("inbound.id", ondelete="SET NULL"))
    category: Mapped[str] = mapped_column(String(30))
    tier: Mapped[str] = mapped_column(String(10))
    phase: Mapped[str] = mapped_column(String(10))
    speaker: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12), default="open")
    cannot_talk: Mapped[bool] = mapped_column(Boolean, default=False)
    """The contact said that they cannot talk now: nobody calls without thinking first."""
    promised: Mapped[bool] = mapped_column(Boolean, default=False)
    """The contact was told by when somebody will get in touch."""
    opened_at: Mapped[datetime]
    acknowledge_by: Mapped[datetime]
    contact_by: Mapped[datetime]
    called_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    called_since: Mapped[datetime | None]
    channel_number: Mapped[int] = mapped_column(Integer, default=0)
    tried: Mapped[list[str]] = mapped_column(JSONB, default=list)
    next_call_at: Mapped[datetime | None]
    assigned_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]
    proof_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class EscalationStepRow(Base):
    """One link of an escalation's chain, never changed."""

    __tablename__ = "escalation_step"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    escalation_id: Mapped[UUID] = mapped_column(ForeignKey("escalation.id"), index=True)
    step: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    inbound_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("inbound.id", ondelete="SET NULL"), index=True
    )
    detail: Mapped[str] = mapped_column(String(80), default="")
    """A code such as a channel, a tier or a category; never words of a contact."""
    note: Mapped[str | None] = mapped_column(EncryptedText)
    """What a person did, in their words."""


class NoticeRow(Base):
    """A notification to one person on one channel; without a person it goes to the standing line."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "notice_waiting",
            "next_attempt_at",
            postgresql_where=text("status IN ('queued','sending')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    escalation_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    message_id: Mapped[str] = mapped_column(String(40))
    values: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    status: Mapped[str] = mapped_column(String(12), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error_code: Mapped[int | None] = mapped_column(Integer)
    provider_reference: Mapped[str | None] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    sending_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]


class StaffReplyRow(Base):
    """What a person of the staff sent from their phone; stored once."""

    __tablename__ = "staff_reply"

    provider_reference: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str] = mapped_column(EncryptedText)
    received_at: Mapped[datetime]


class SafetyQuestionRow(Base):
    """A closed question that waits for its answer: `danger` (are you?) or `proof` (did somebody?)."""

    __tablename__ = "safety_question"
    __table_args__ = (
        Index("safety_question_open", "due_at", postgresql_where=text("settled_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(10))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    inbound_id: Mapped[UUID] = mapped_column(ForeignKey("inbound.id"))
    """What made us ask."""
    escalation_id: Mapped[UUID | None] = mapped_column(ForeignKey("escalation.id"))
    category: Mapped[str] = mapped_column(String(30), default="")
    tier: Mapped[str] = mapped_column(String(10), default="low")
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    asked_again: Mapped[bool] = mapped_column(Boolean, default=False)
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(12))
