"""Run one share of a simulation: jump to whatever comes next, and let the real services do it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.app.simulation import programme_days as days
from bot.app.simulation import staff, writing
from bot.app.simulation.clock import BEGINS_AT
from bot.app.simulation.habits import Reaction, TheLongWay, Writes
from bot.app.simulation.looking import Ahead, look_ahead
from bot.app.simulation.programme_days import Enrols
from bot.app.simulation.provider import send_all
from bot.app.simulation.taps import answer_all
from bot.app.simulation.world import World
from bot.services.keep_watch import keep_watch
from bot.services.plan_check_ins import plan_next
from bot.services.run_check_ins import AT_ONCE, run_due
from bot.services.send_notice import send_next_notice

Told = Callable[[float], None]
"""Is told which share of the days is over."""


def run(world: World, told: Told) -> None:
    """Live through all days."""
    days.plan_everything(world)
    world.with_others(staff.DoesTasks(), staff.TASKS_EVERY)
    whole = timedelta(days=world.wanted.days)
    while True:
        ahead = look_ahead(world.eye, world.looked_at)
        moment = _next(world, ahead)
        if moment is None or moment > BEGINS_AT + whole:
            return
        world.clock.move_to(moment)
        _step(world, ahead)
        told((world.now - BEGINS_AT) / whole)


def _next(world: World, ahead: Ahead) -> datetime | None:
    """Return the next moment at which anything happens; none lies behind."""
    to_plan = world.now if ahead.to_plan else None
    is_news = world.watched_at is None or (ahead.watch_at or world.now) > world.watched_at
    watch_at = ahead.watch_at if is_news else None
    moments = [world.agenda.next_at, to_plan, ahead.look_at, watch_at, ahead.notice_at]
    return min((max(m, world.now) for m in moments if m is not None), default=None)


def _step(world: World, ahead: Ahead) -> None:
    """Do a share of all that is due at this moment; what is left over is due in the next step."""
    is_said = _do_planned(world)
    if ahead.to_plan or is_said:
        plan_next(world.parts)
    is_said = _look(world, ahead) or is_said
    if _is_due(ahead.notice_at, world) or world.is_watched:
        while send_next_notice(world.parts):
            pass
    if is_said:
        send_all(world)
    if world.is_watched:
        staff.watch(world)


def _look(world: World, ahead: Ahead) -> bool:
    """Let the clock look at check-ins and deadlines; return whether anything may be said."""
    is_run, is_watched = _is_due(ahead.look_at, world), _is_due(ahead.watch_at, world)
    if is_run:
        world.looked_at = world.now if run_due(world.parts) < AT_ONCE else None
    if is_watched:
        _watch(world)
    return is_run or is_watched


def _is_due(moment: datetime | None, world: World) -> bool:
    return moment is not None and moment <= world.now


def _watch(world: World) -> None:
    """Let the clock look at deadlines; somebody may be called because of one."""
    while keep_watch(world.parts):
        pass
    world.watched_at, world.is_watched = world.now, True


def _do_planned(world: World) -> bool:
    """Do what people have planned, ordinary things all together; return whether anything may be said."""
    is_said = False
    while planned := list(world.agenda.due(world.now)):
        reactions = [what for what in planned if isinstance(what, Reaction)]
        days.enrol_families([what for what in planned if isinstance(what, Enrols)], world)
        for what in planned:
            if not isinstance(what, Reaction | Enrols):
                DO[type(what)](world, what)
                is_said = True
        if reactions:
            answer_all(reactions, world)
    return is_said


def _write(world: World, writes: Writes) -> None:
    if not writes.person.is_lost:
        writing.write(world, writes.person, writes.text, channel=writes.channel)


DO: dict[type, Callable[[World, Any], None]] = {
    TheLongWay: writing.react,
    Writes: _write,
    writing.ComesBack: writing.come_back,
    staff.Handles: staff.handle,
    staff.DoesTasks: staff.do_tasks,
    days.Confirms: days.confirm,
    days.Closes: days.close_case,
    days.LosesNumber: days.lose_number,
    days.HasNewNumber: days.change_number,
    days.Proves: days.prove_number,
}
"""What is done for each thing on the agenda that is not done for many people at once."""
