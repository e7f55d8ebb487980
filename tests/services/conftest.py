"""Workers at a pretended time: on a provider that takes everything, and on Twilio's API."""

from dataclasses import replace

import pytest

from bot.app.compose import provider_for
from tests.builders import make_child
from tests.outbox import Outbox


@pytest.fixture
def outbox(quiet_parts, time):
    """A worker whose provider takes everything."""
    return Outbox(replace(quiet_parts, now=time.now, pause=time.pause), time)


@pytest.fixture
def child(outbox):
    """A child with a guardian's consent, on SMS and WhatsApp."""
    return make_child(outbox.parts)


@pytest.fixture
def twilio_outbox(outbox, twilio_settings, engine):
    """A worker on Twilio's API."""
    provider = provider_for(twilio_settings, engine)
    return Outbox(replace(outbox.parts, settings=twilio_settings, provider=provider), outbox.time)
