"""The simulator's phone in a browser, used as a person uses it: hold it, write, tap, read."""

import re
from uuid import UUID

from playwright.sync_api import Locator, Page, expect

from bot.domain.channels import Channel

MESSAGE = "[data-testid=message]"
MINE, THEIRS = f"{MESSAGE}[data-direction=inbound]", f"{MESSAGE}[data-direction=outbound]"
SINCE_MINE = f"{THEIRS}:not(:has(~ {MINE}))"
"""What the assistant said after the last thing that the person sent."""


class BrowserPhone:
    """One page of the simulator. It waits as a person does: until the answer is there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_test_id("message-input")
        self.frame = page.get_by_test_id("phone")
        self.typing = page.get_by_test_id("typing")
        self.notice = page.get_by_test_id("notice")
        self.sheet = page.get_by_test_id("sheet")
        self.mine = page.locator(MINE)
        self.theirs = page.locator(THEIRS)

    def is_held_by(self, person: UUID, channel: Channel) -> "BrowserPhone":
        """Choose a person, from the drawer where the list is one, and a channel."""
        if "/simulator" not in self.page.url:
            self.page.goto("/simulator")
        card = self.card_of(person)
        card.wait_for(state="attached")
        if not card.is_visible():
            self.page.locator("#open-people").click()
        card.click()
        return self.switches_to(channel)

    def switches_to(self, channel: Channel) -> "BrowserPhone":
        """Look at another channel and wait until its messages are there."""
        self.page.get_by_test_id(f"channel-{channel}").click()
        expect(self.frame).to_have_attribute("data-channel", str(channel))
        expect(self.frame).to_have_attribute("data-state", re.compile("silent|ready"))
        return self

    def writes(self, text: str) -> "BrowserPhone":
        """Type, press Enter, and wait for the answer."""
        before = self.mine.count()
        self.sends(text)
        return self._hears(before)

    def sends(self, text: str) -> None:
        """Type and press Enter without waiting for anything."""
        self.box.fill(text)
        self.box.press("Enter")

    def taps(self, choice: str) -> "BrowserPhone":
        """Tap a choice of the last menu, in its list if it is one, and wait for the answer."""
        before = self.mine.count()
        self._choice(choice).click()
        return self._hears(before)

    def attaches(self, media: str) -> "BrowserPhone":
        """Send a picture (`image`) or a voice note (`voice`) and wait for the answer."""
        before = self.mine.count()
        self.page.get_by_test_id("attach").click()
        self.page.get_by_test_id(f"attach-{media}").click()
        return self._hears(before)

    @property
    def heard(self) -> list[str]:
        """The message ids of the last answer, in order."""
        answers = self.page.locator(SINCE_MINE).all()
        return " ".join(each.get_attribute("data-message-ids") or "" for each in answers).split()

    @property
    def text(self) -> str:
        """The words of the last answer."""
        return "\n\n".join(self.page.locator(SINCE_MINE).get_by_test_id("text").all_inner_texts())

    @property
    def choices(self) -> list[str]:
        """The titles that can be tapped under the last message."""
        return self.theirs.last.locator(".choice").all_inner_texts()

    @property
    def tasks(self) -> list[str]:
        """What a case manager would see, newest first."""
        found = self.page.get_by_test_id("task").all()
        return [task.get_attribute("data-kind") or "" for task in found]

    def card_of(self, person: UUID) -> Locator:
        return self.page.locator(f"[data-testid=contact-card][data-contact-id='{person}']")

    def without_tick(self, status: str) -> Locator:
        """What the assistant said that has not (yet) this delivery status."""
        return self.page.locator(f"{THEIRS}:not([data-status={status}])")

    def _choice(self, choice: str) -> Locator:
        menu = self.theirs.last
        if not menu.get_by_test_id("list-open").count():
            return menu.locator(f"[data-testid=choice][data-choice-id='{choice}']")
        menu.get_by_test_id("list-open").click()
        return self.sheet.locator(f"[data-testid=list-item][data-choice-id='{choice}']")

    def _hears(self, sent_before: int) -> "BrowserPhone":
        expect(self.mine).to_have_count(sent_before + 1)
        expect(self.page.locator(f"{MINE}:not([data-status=answered])")).to_have_count(0)
        return self
