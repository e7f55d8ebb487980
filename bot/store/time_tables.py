"""The tables behind time: journeys, planned check-ins, their answers, told facts, numbers that change."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.base import Base
from bot.store.encryption import EncryptedJson, EncryptedText


class JourneyRow(Base):
    """One version of the confirmed facts of a child's return."""

    __tablename__ = "journey"
    __table_args__ = (UniqueConstraint("child_id", "version"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    version: Mapped[int] = mapped_column(Integer)
    facts: Mapped[Any] = mapped_column(EncryptedJson)
    confirmed_by: Mapped[str] = mapped_column(EncryptedText)
    confirmed_at: Mapped[datetime]


class CheckInRow(Base):
    """One planned outreach to one contact. `wake_at` is when the clock looks at it next."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("contact_id", "step", "occurrence"),
        Index("check_in_due", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
        Index(
            "check_in_running",
            "contact_id",
            postgresql_where=text("state IN ('invited','asked')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    step: Mapped[str] = mapped_column(String(40))
    occurrence: Mapped[int] = mapped_column(Integer, default=0)
    """Tells apart what may come more than once: after each danger, for each change of the journey."""
    state: Mapped[str] = mapped_column(String(12), default="planned")
    reason: Mapped[str] = mapped_column(String(40), default="")
    """Why it was skipped, superseded or missed, or why it waits."""
    due_at: Mapped[datetime]
    not_after: Mapped[datetime]
    wake_at: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(Integer, default=0)
    """How many rungs of its silence were taken."""
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    address_id: Mapped[UUID | None] = mapped_column(ForeignKey("address.id"))
    said_at: Mapped[datetime | None]
    """When it was first said or asked, or the neutral message before it."""
    settled_at: Mapped[datetime | None]


class AnswerRow(Base):
    """One answer to one question of a check-in."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("check_in_id", "question"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    check_in_id: Mapped[UUID] = mapped_column(ForeignKey("check_in.id"))
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    questionnaire: Mapped[str] = mapped_column(String(30))
    question: Mapped[str] = mapped_column(String(30))
    indicator: Mapped[str | None] = mapped_column(String(20))
    value: Mapped[Any] = mapped_column(EncryptedJson)
    """{"choice": ..., "score": 0, 1, 2 or null}"""
    inbound_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("inbound.id", ondelete="SET NULL"), index=True
    )
    answered_at: Mapped[datetime]


class ToldFactRow(Base):
    """A fact of the journey as a contact was told it last."""

    __tablename__ = "told_fact"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    fact: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[Any] = mapped_column(EncryptedJson)
    told_at: Mapped[datetime]


class ToldTopicRow(Base):
    """A topic of the orientation that a contact was told, and when first."""

    __tablename__ = "told_topic"

    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(30), primary_key=True)
    told_at: Mapped[datetime]


class NumberChangeRow(Base):
    """A new number of a contact that has to prove itself before anything personal is said to it."""

    __tablename__ = "number_change"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), index=True)
    number: Mapped[str] = mapped_column(EncryptedText)
    number_hash: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    digits: Mapped[str] = mapped_column(EncryptedText)
    requested_by: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(Integer, default=0)
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))
    """verified, expired, refused, replaced"""
