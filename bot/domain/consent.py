"""Agreement: an adult's consent and a child's own assent, each of which can be taken back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.contacts import Role


class Agreement(StrEnum):
    """Who agreed to what."""

    GUARDIAN_CONSENT = "guardian_consent"
    OWN_CONSENT = "own_consent"
    ASSENT = "assent"


@dataclass(frozen=True)
class Consent:
    """One recorded agreement, or a refusal (`given` is false)."""

    kind: Agreement
    given: bool
    recorded_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        return self.given and self.withdrawn_at is None


def may_be_written_to_unasked(role: Role, consents: list[Consent]) -> bool:
    """Return whether we may start a conversation.

    A child needs a guardian's consent and must not have refused or withdrawn their own assent;
    an adult needs their own. Without a record nobody is written to.
    """
    if role is Role.CHILD:
        return _stands(Agreement.GUARDIAN_CONSENT, consents) and not _refused(consents)
    return role is Role.CAREGIVER and _stands(Agreement.OWN_CONSENT, consents)


def _latest(kind: Agreement, consents: list[Consent]) -> Consent | None:
    of_kind = [c for c in consents if c.kind is kind]
    newest_first = reversed(of_kind)  # of two at one moment the one recorded later counts
    return max(newest_first, key=lambda c: c.recorded_at, default=None)


def _stands(kind: Agreement, consents: list[Consent]) -> bool:
    latest = _latest(kind, consents)
    return latest is not None and latest.stands


def _refused(consents: list[Consent]) -> bool:
    latest = _latest(Agreement.ASSENT, consents)
    return latest is not None and not latest.stands
