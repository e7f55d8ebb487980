"""Leaving takes back what waits, but not the answer to a danger."""

from bot.domain.dialogue import Reply
from bot.services.answer_inbound import answer_next
from bot.services.screen_inbound import screen_next

DANGER = "me van a matar los de la mara"


def test_stop_takes_back_small_talk_and_leaves_the_answer_to_a_danger(talk, dialogue):
    dialogue.replies = (Reply(("requests.greet",)),)
    for text in ("hola", DANGER, "ALTO"):
        talk.phone.write(text)
        while screen_next(talk.parts) or answer_next(talk.parts):
            pass
    talk.work()

    fate = {row.message_ids[0]: row.status for row in talk.outbound()}
    assert fate["requests.greet"] == "cancelled"
    assert fate["disclosure.thank_you"] == "accepted"
    assert fate["subscription.opted_out"] != "cancelled"
