"""The keys of a home of its own, as another process finds them there."""

from collections.abc import Iterator
from contextlib import contextmanager

from bot.app.compose import install_keys
from bot.settings import Settings
from bot.store import encryption


@contextmanager
def own_keys(settings: Settings) -> Iterator[None]:
    """Use the keys of these settings' home; the tests after it have those that they had."""
    before = encryption.keyring()
    install_keys(settings)
    try:
        yield
    finally:
        encryption.install(before)
