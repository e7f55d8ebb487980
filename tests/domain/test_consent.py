"""Nobody is written to unasked without a recorded consent."""

from datetime import UTC, datetime

import pytest

from bot.domain.consent import Agreement, Consent, may_be_written_to_unasked
from bot.domain.contacts import Role

EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
GUARDIAN = Consent(Agreement.GUARDIAN_CONSENT, True, EARLY)


@pytest.mark.parametrize(
    ("role", "consents", "allowed"),
    [
        (Role.CHILD, [], False),
        (Role.CHILD, [GUARDIAN], True),
        (Role.CHILD, [Consent(Agreement.GUARDIAN_CONSENT, True, EARLY, withdrawn_at=LATE)], False),
        (Role.CHILD, [Consent(Agreement.ASSENT, True, EARLY)], False),
        (Role.CHILD, [GUARDIAN, Consent(Agreement.ASSENT, False, LATE)], False),
        (Role.CHILD, [GUARDIAN, Consent(Agreement.ASSENT, True, EARLY, withdrawn_at=LATE)], False),
        (Role.CHILD, [GUARDIAN, Consent(Agreement.ASSENT, False, EARLY), Consent(Agreement.ASSENT, True, LATE)], True),
        (Role.CAREGIVER, [], False),
        (Role.CAREGIVER, [GUARDIAN], False),
        (Role.CAREGIVER, [Consent(Agreement.OWN_CONSENT, True, EARLY)], True),
        (Role.UNKNOWN, [Consent(Agreement.OWN_CONSENT, True, EARLY)], False),
    ],
)  # fmt: skip
def test_who_may_be_written_to(role, consents, allowed):
    assert may_be_written_to_unasked(role, consents) is allowed
