"""Nothing readable in a stolen dump, nothing but ids in logs, nothing left after erasing."""

import logging

import pytest
from sqlalchemy import text

from bot.errors import NotFound, SettingsError
from bot.services.erase import erase
from bot.store import contacts, database, encryption
from bot.store.base import Base
from tests.conversation import Conversation

SECRET = "me gusta el rio de mi abuela"


def everything_stored(engine):
    """Return every value of every table as the database itself sees it."""
    found = []
    with engine.connect() as connection:
        for table in Base.metadata.tables:
            for row in connection.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")):
                found.append(row[0])
    return "\n".join(found)


def hexed(words):
    return words.encode().hex()


def test_a_dump_shows_neither_names_nor_numbers_nor_words(quiet_conversation, engine):
    quiet_conversation.says(SECRET)
    number = quiet_conversation.phone._number()

    dump = everything_stored(engine)

    assert str(quiet_conversation.contact_id) in dump
    for word in (SECRET, "Wendy", "Marta", "Elena", number, "Camino"):
        assert word not in dump
        assert hexed(word) not in dump


def test_logs_hold_ids_and_no_words(quiet_conversation, dialogue, caplog):
    caplog.set_level(logging.DEBUG)
    quiet_conversation.says(SECRET)
    dialogue.failure = RuntimeError(SECRET)
    number = quiet_conversation.phone._number()
    quiet_conversation.says(SECRET)

    assert "RuntimeError" in caplog.text
    for word in (SECRET, "Wendy", number):
        assert word not in caplog.text


def test_erasing_leaves_a_count_and_nothing_else(quiet_conversation, engine):
    quiet_conversation.says(SECRET)
    contact_id = quiet_conversation.contact_id
    with database.unit_of_work(engine) as session:
        erase(session, contact_id, quiet_conversation.parts)

    with database.unit_of_work(engine) as session:
        with pytest.raises(NotFound):
            contacts.get(session, contact_id)
        assert contacts.addresses(session, contact_id) == []
    dump = everything_stored(engine)
    assert dump.count(str(contact_id)) == 1


def test_an_erased_person_who_writes_again_is_a_stranger(quiet_conversation, engine):
    number = quiet_conversation.phone._number()
    with database.unit_of_work(engine) as session:
        erase(session, quiet_conversation.contact_id, quiet_conversation.parts)
    stranger = Conversation(quiet_conversation.parts, quiet_conversation.contact_id)
    stranger.phone._number = lambda: number
    reference = stranger.phone.write("hola")
    stranger.work()

    assert stranger.inbound(reference).contact_id != quiet_conversation.contact_id


def test_keys_rotate_and_old_fields_stay_readable():
    old = encryption.Keyring([b"o" * 32])
    both = encryption.Keyring([b"n" * 32, b"o" * 32])
    stored = old.encrypt(b"palabra")

    assert both.decrypt(stored) == b"palabra"
    assert both.lookup_hash("x") == old.lookup_hash("x")
    with pytest.raises(SettingsError, match="lacks a key"):
        encryption.Keyring([b"n" * 32]).decrypt(stored)


def test_the_same_words_never_look_the_same_twice():
    keys = encryption.Keyring([b"k" * 32])
    assert keys.encrypt(b"hola") != keys.encrypt(b"hola")


@pytest.mark.parametrize("setting", ["", "abc", "bm90IDMyIGJ5dGVz"])
def test_keys_that_are_no_keys_are_refused(setting):
    with pytest.raises(SettingsError, match="32 bytes"):
        encryption.read_keys(setting)
