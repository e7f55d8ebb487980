"""The provider's webhook: verified, stored once, answered at once."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.domain.channels import Channel
from bot.gateways.twilio import sign
from bot.store import database
from bot.store.tables import InboundRow, OutboundRow
from tests.builders import fresh_number, make_child
from tests.conversation import Conversation

INBOUND = "/twilio/sms/inbound"


def form_of(conversation, **changes):
    return {
        "MessageSid": f"SM{uuid4().hex}",
        "AccountSid": "AC" + "0" * 32,
        "From": conversation.phone._number(),
        "To": "+15005550006",
        "Body": "hola",
        **changes,
    }


def post(conversation, form, path=INBOUND, signature=None, **kwargs):
    settings = conversation.parts.settings
    valid = sign(settings.signing_token, settings.reached_at + path, form)
    headers = {"X-Twilio-Signature": valid if signature is None else signature}
    return conversation.client.post(path, data=form, headers=headers, **kwargs)


def count(conversation, table):
    with database.unit_of_work(conversation.parts.engine) as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_signed_message_is_stored_and_answered_with_empty_twiml(quiet_conversation):
    answer = post(quiet_conversation, form_of(quiet_conversation))

    assert answer.status_code == 200
    assert answer.text.endswith("<Response/>")
    assert count(quiet_conversation, InboundRow) == 1


def test_the_same_message_twice_is_one_row_and_one_set_of_replies(quiet_conversation):
    form = form_of(quiet_conversation)
    for _ in range(3):
        assert post(quiet_conversation, form).status_code == 200
        quiet_conversation.work()

    assert count(quiet_conversation, InboundRow) == 1
    assert count(quiet_conversation, OutboundRow) == 1


@pytest.mark.parametrize("signature", ["", "forged", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="])
def test_a_forged_message_is_refused_and_leaves_nothing(quiet_conversation, signature):
    answer = post(quiet_conversation, form_of(quiet_conversation), signature=signature)

    assert answer.status_code == 403
    assert count(quiet_conversation, InboundRow) == 0


def test_a_changed_body_does_not_fit_its_signature(quiet_conversation):
    form = form_of(quiet_conversation)
    settings = quiet_conversation.parts.settings
    signature = sign(settings.signing_token, settings.reached_at + INBOUND, form)

    answer = post(quiet_conversation, form | {"Body": "otra cosa"}, signature=signature)

    assert answer.status_code == 403


def test_production_without_a_token_accepts_nothing(quiet_parts):
    settings = quiet_parts.settings.model_copy(update={"mode": "production"})
    parts = replace(quiet_parts, settings=settings)
    with Conversation(parts, make_child(quiet_parts)) as conversation:
        settings.__dict__["twilio_auth_token"] = ""
        form = form_of(conversation)
        forged = sign("demo-token", settings.reached_at + INBOUND, form)
        assert post(conversation, form, signature=forged).status_code == 403


def test_the_signature_is_checked_for_the_public_address_behind_a_proxy(quiet_conversation):
    form = form_of(quiet_conversation)
    settings = quiet_conversation.parts.settings
    assert settings.reached_at.startswith("https://")

    answer = post(quiet_conversation, form)

    assert answer.status_code == 200


def test_an_unknown_channel_is_not_found(quiet_conversation):
    form = form_of(quiet_conversation)
    assert post(quiet_conversation, form, path="/twilio/fax/inbound").status_code == 404


def test_a_whatsapp_sender_on_the_sms_path_is_a_whatsapp_message(quiet_conversation):
    number = quiet_conversation.phone._number()
    form = form_of(quiet_conversation, From=f"whatsapp:{number}")

    assert post(quiet_conversation, form).status_code == 200
    assert quiet_conversation.inbound(form["MessageSid"]).channel == "whatsapp"


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_form_without_what_names_it_is_a_clear_error(quiet_conversation, missing):
    form = form_of(quiet_conversation)
    del form[missing]

    answer = post(quiet_conversation, form)

    assert answer.status_code == 400
    assert answer.json()["detail"].endswith(".")


def test_a_sender_that_is_no_number_is_a_clear_error(quiet_conversation):
    answer = post(quiet_conversation, form_of(quiet_conversation, From="grandma"))

    assert answer.status_code == 400
    assert "country code" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "x" * 10_000, "hola\x00 que tal", "😀", "😢😢😢", "👩\u200d👩\u200d👧", "...",
        "\u200fمرحبا كيف الحال", "日本語テスト", "12345", "/restart", "//ask_meals", "\u202eabc",
    ],
)  # fmt: skip
def test_whatever_is_written_is_kept_and_gets_a_kind_answer(quiet_conversation, text):
    quiet_conversation.says(text)

    stored = quiet_conversation.inbound(quiet_conversation.phone.references[0])
    assert stored.state == "answered"
    assert len(quiet_conversation.answers) == 1
    assert stored.text == text.replace("\x00", "")


@pytest.mark.parametrize("text", ["/restart", "/ask_meals", " //opt_out", '/choose{"choice":"en"}'])
def test_what_a_person_types_never_commands_the_dialogue(quiet_conversation, dialogue, text):
    quiet_conversation.says(text)

    assert not dialogue.requests[-1].text.startswith("/")


def test_a_long_text_is_read_up_to_what_one_message_can_hold(quiet_conversation, dialogue):
    quiet_conversation.says("hola " * 2_000)

    assert len(dialogue.requests[-1].text) <= 1600


def test_a_picture_without_text_is_kept_and_a_person_looks_at_it(quiet_conversation):
    media = {"NumMedia": "1", "MediaUrl0": "https://x.example/1", "MediaContentType0": "image/jpeg"}
    quiet_conversation.says("", **media)

    assert quiet_conversation.said == ["fallback.media"]
    assert quiet_conversation.tasks == ["media"]


def test_a_picture_with_text_gets_both_answers(quiet_conversation):
    media = {"NumMedia": "1", "MediaUrl0": "https://x.example/1", "MediaContentType0": "image/jpeg"}
    quiet_conversation.says("mira esto", **media)

    assert quiet_conversation.said == ["requests.greet", "fallback.media"]


def test_a_place_is_kept_without_its_position(quiet_conversation):
    quiet_conversation.says("", Latitude="14.63", Longitude="-90.55")

    stored = quiet_conversation.inbound(quiet_conversation.phone.references[0])
    assert stored.media == [{"url": "", "content_type": "location"}]
    assert quiet_conversation.said == ["fallback.media"]


def test_a_number_that_nobody_enrolled_gets_a_kind_answer_and_a_task(quiet_conversation):
    form = form_of(quiet_conversation, From="+50255509999", Body="quien es?")
    assert post(quiet_conversation, form).status_code == 200
    quiet_conversation.work()

    stored = quiet_conversation.inbound(form["MessageSid"])
    stranger = Conversation(quiet_conversation.parts, stored.contact_id)
    assert [row.message_ids for row in stranger.outbound()] == [["fallback.unknown_number"]]
    assert "110" in stranger.outbound()[0].text
    assert stranger.tasks == ["unknown_number"]


def test_a_number_known_on_one_channel_is_the_same_person_on_the_other(quiet_parts):
    number = fresh_number()
    child = make_child(quiet_parts, number=number, channels=(Channel.SMS,))
    with Conversation(quiet_parts, child) as conversation:
        form = form_of(conversation, From=f"whatsapp:{number}")
        post(conversation, form, path="/twilio/whatsapp/inbound")
        assert conversation.inbound(form["MessageSid"]).contact_id == child
