"""Field encryption: AES-GCM with rotating keys, and the keyed hash by which addresses are found."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.types import TypeDecorator

from bot.errors import SettingsError

KEY_BYTES = 32
_NONCE_BYTES = 12
_MARK_BYTES = 4


@dataclass(frozen=True)
class Keyring:
    """Keys, newest first: the first one encrypts, all of them decrypt, the last one makes hashes.

    The oldest key must therefore stay in the list for as long as the database lives.
    """

    keys: Sequence[bytes] = field(repr=False)

    def encrypt(self, plain: bytes) -> bytes:
        """Return mark, nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        newest = self.keys[0]
        return _mark(newest) + nonce + _cipher(newest).encrypt(nonce, plain, None)

    def decrypt(self, stored: bytes) -> bytes:
        """Return what was encrypted; a missing key is a sentence for the operator."""
        mark, rest = stored[:_MARK_BYTES], stored[_MARK_BYTES:]
        for key in self.keys:
            if _mark(key) == mark:
                return _cipher(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], None)
        raise SettingsError("ACOMPANA_KEYS lacks a key with which a stored field was encrypted.")

    def lookup_hash(self, address: str) -> bytes:
        """Return the hash by which an address is found without being readable."""
        return hmac.new(self.keys[-1], address.encode(), hashlib.sha256).digest()


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@cache
def _mark(key: bytes) -> bytes:
    return hashlib.sha256(b"mark" + key).digest()[:_MARK_BYTES]


def read_keys(setting: str) -> Keyring:
    """Read ACOMPANA_KEYS: base64 keys of 32 bytes, newest first, separated by commas."""
    try:
        keys = [base64.b64decode(k, validate=True) for k in setting.split(",") if k.strip()]
    except ValueError:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise SettingsError("ACOMPANA_KEYS must be base64 keys of 32 bytes, newest first.")
    return Keyring(keys)


def demo_keys(folder: Path) -> Keyring:
    """Return the demo's keys, made on the first call and readable by their owner only."""
    path = folder / "demo-keys"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = folder / f".demo-keys-{os.getpid()}"
        fresh.touch(mode=0o600)
        fresh.write_text(base64.b64encode(os.urandom(KEY_BYTES)).decode())
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(fresh, path)
        fresh.unlink()
    return read_keys(path.read_text())


class _Installed:
    keyring: Keyring | None = None


def install(keyring: Keyring) -> None:
    """Make the keys known to the column types of this process."""
    _Installed.keyring = keyring


def keyring() -> Keyring:
    """Return the installed keys."""
    if _Installed.keyring is None:
        raise SettingsError("The field-encryption keys are not installed.")
    return _Installed.keyring


class EncryptedText(TypeDecorator[str]):
    """A column of words that nobody can read in a stolen dump."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return None if value is None else keyring().encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> str | None:
        if value is None:
            return None
        try:
            return keyring().decrypt(bytes(value)).decode()
        except InvalidTag:
            raise SettingsError("A stored field was changed or belongs to other keys.") from None


class EncryptedJson(TypeDecorator[Any]):
    """A column of structured words (travel facts, a conversation) that nobody can read in a dump."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        return None if value is None else keyring().encrypt(json.dumps(value).encode())

    def process_result_value(self, value: bytes | None, dialect: Any) -> Any:
        return None if value is None else json.loads(keyring().decrypt(bytes(value)))
