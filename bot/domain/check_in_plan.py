"""What is said unasked, when and to whom, and what silence means: content/checkins.yml, checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.anchors import ANCHORS
from bot.domain.contacts import Audience, Role
from bot.domain.durations import read_duration, read_offset
from bot.domain.questionnaire import Questionnaire, read_questionnaire
from bot.domain.risk import Tier
from bot.domain.waking_hours import WakingHours
from bot.errors import ContentError

USUAL_LATENESS = timedelta(days=1)


class Rung(StrEnum):
    """What follows when nobody answers, one after the other."""

    REMIND = "remind"
    """The same question again."""
    OTHER_CHANNEL = "other_channel"
    """WhatsApp instead of SMS, or the other way round."""
    ASK_CAREGIVER = "ask_caregiver"
    """The caregiver gets a check-in of their own."""
    TASK = "task"
    """A case manager looks."""


class Doing(StrEnum):
    """What a step does beside saying something."""

    NOTHING = ""
    CROSS_BORDER = "cross_border"
    """From here on the contact is where they return to."""
    TELL_CHANGES = "tell_changes"
    """Says what is different from what they were told."""
    END = "end"
    """The good-bye: after it nothing is said unasked."""


ALWAYS_TRUE = (Doing.TELL_CHANGES, Doing.END)
"""What a step says that is worked out when it is said, or never wrong: the changes, the good-bye."""


@dataclass(frozen=True)
class Silence:
    """How long to wait for an answer, rung by rung."""

    rungs: tuple[tuple[timedelta, Rung], ...] = ()
    urgent: bool = False
    """A person is told at once where the contact may not be written to now."""
    tier: Tier | None = None
    """The tier of the task; without it the history of risk decides."""


@dataclass(frozen=True)
class Step:
    """One planned outreach of the programme."""

    id: str
    track: Role
    anchor: str
    days: int | None = None
    months: int | None = None
    at: time | None = None
    after: timedelta = timedelta(0)
    late: timedelta = USUAL_LATENESS
    say: tuple[str, ...] = ()
    ask: str | None = None
    do: Doing = Doing.NOTHING
    silence: Silence = field(default_factory=Silence)
    unless_stable: bool = False
    even_at_risk: bool = False
    about_journey: bool = False
    not_on_holidays: bool = False
    """Waits for the next day on a public holiday: nobody would be there to follow up."""

    @property
    def is_on_a_day(self) -> bool:
        """Whether it comes at an hour of a day, not so long after a moment."""
        return self.days is not None or self.months is not None

    @property
    def goes_out_of_date(self) -> bool:
        """Whether what it says is true only for a while, such as "tomorrow"; questions never are."""
        return self.ask is None and self.do not in ALWAYS_TRUE


@dataclass(frozen=True)
class CheckInPlan:
    """The whole programme."""

    waking: Mapping[Audience, WakingHours]
    spread: timedelta
    live_for: timedelta
    hold_for: timedelta
    unopened_for: timedelta
    """How long a neutral message waits for an answer where no silence is described."""
    steps: Mapping[str, Step]
    questionnaires: Mapping[str, Questionnaire]

    def of_track(self, role: Role) -> list[Step]:
        """Return the steps that are planned ahead for a child or for caregivers."""
        return [s for s in self.steps.values() if s.track is role and s.anchor != "event"]


def read_plan(entry: Mapping[str, Any]) -> CheckInPlan:
    """Check what somebody wrote; every refusal is one plain sentence."""
    try:
        return _read(entry)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ContentError(f"checkins.yml: {type(wrong).__name__}: {wrong}") from None


def _read(entry: Mapping[str, Any]) -> CheckInPlan:
    silences = {name: _silence(written) for name, written in entry["silence"].items()}
    questionnaires = {
        name: read_questionnaire(name, written) for name, written in entry["questionnaires"].items()
    }
    steps = {name: _step(name, written, silences) for name, written in entry["steps"].items()}
    for step in steps.values():
        _refuse_nonsense(step, questionnaires)
    return CheckInPlan(
        waking={Audience(name): _hours(span) for name, span in entry["waking"].items()},
        spread=read_duration(entry["spread"]),
        live_for=read_duration(entry["live_for"]),
        hold_for=read_duration(entry["hold_for"]),
        unopened_for=read_duration(entry["unopened_for"]),
        steps=steps,
        questionnaires=questionnaires,
    )


def _hours(span: list[str]) -> WakingHours:
    begins, ends = (time.fromisoformat(written) for written in span)
    if begins >= ends:
        raise ContentError(f"checkins.yml: waking hours {span} end before they begin.")
    return WakingHours(begins, ends)


def _silence(written: Any) -> Silence:
    entry = written if isinstance(written, Mapping) else {"rungs": written}
    rungs = tuple((read_duration(r["after"]), Rung(r["do"])) for r in entry["rungs"])
    tier = Tier(entry["tier"]) if "tier" in entry else None
    return Silence(rungs, bool(entry.get("urgent")), tier)


def _step(name: str, entry: Mapping[str, Any], silences: Mapping[str, Silence]) -> Step:
    return Step(
        id=name,
        track=Role(entry["track"]),
        anchor=entry["anchor"],
        days=entry.get("days"),
        months=entry.get("months"),
        at=time.fromisoformat(entry["at"]) if "at" in entry else None,
        after=read_offset(entry.get("after", "0s")),
        late=read_duration(entry["late"]) if "late" in entry else USUAL_LATENESS,
        say=tuple(entry.get("say", ())),
        ask=entry.get("ask"),
        do=Doing(entry.get("do", "")),
        silence=silences[entry["silence"]] if "silence" in entry else Silence(),
        **{flag: bool(entry.get(flag)) for flag in FLAGS},
    )


FLAGS = ("unless_stable", "even_at_risk", "about_journey", "not_on_holidays")


def _refuse_nonsense(step: Step, questionnaires: Mapping[str, Questionnaire]) -> None:
    problems = {
        f"has the unknown anchor {step.anchor!r}": step.anchor not in ANCHORS,
        "needs `at`, because it counts days or months": step.is_on_a_day and step.at is None,
        "says, asks and does nothing": not (step.say or step.ask or step.do),
        f"asks the unknown questionnaire {step.ask!r}": bool(step.ask)
        and step.ask not in questionnaires,
        "has a silence, but asks nothing": bool(step.silence.rungs) and not step.ask,
        "is urgent, but own words end its first question": step.silence.urgent
        and not _waits_for_a_choice(questionnaires.get(step.ask or "")),
        "does not end its silence with a task": bool(step.silence.rungs)
        and step.silence.rungs[-1][1] is not Rung.TASK,
    }
    for problem, is_so in problems.items():
        if is_so:
            raise ContentError(f"checkins.yml: {step.id} {problem}.")


def _waits_for_a_choice(asked: Questionnaire | None) -> bool:
    return asked is not None and asked.questions[asked.first].until_chosen


def ends_at(step: Step, due_at: datetime) -> datetime:
    """Return until when a step may still be said."""
    return due_at + step.late
