"""How long two years of the whole programme take in fast motion, and how much memory."""

import json
import os
import platform
import subprocess
import sys
import timeit
from typing import Any

from bench.figures import table
from bench.system import environment, home_folder, settings_for
from bot.settings import ROOT

SIZES = (1_000, 10_000)
DAYS = 730

NOTES = f"""`acompana simulate` over {DAYS} days, from the start of the work to its report, with databases of
its own. Python is the resident memory of all its processes at the peak; "all" counts PostgreSQL too,
memory that several processes share once. Broken promises are counted over everything that was said. The
loop is a fixed piece of Python, timed just before: this machine's speed differs by half from hour to hour.
Python {platform.python_version()}. Asked for 10,000 contacts are 600 seconds and 2 GB. The invented
people and their days changed with decisions 19 and 21: times before those are of another population."""

HEAD = (
    "contacts",
    "seconds",
    "processes",
    "messages out",
    "messages in",
    "Python MB",
    "all MB",
    "broken promises",
    "loop ms",
)


def measure() -> str:
    """Return the table."""
    with home_folder() as home, environment(settings_for(home)):
        rows = [_row(contacts) for contacts in SIZES]
    return f"{NOTES}\n\n{table(HEAD, rows)}"


def _row(contacts: int) -> tuple[str, ...]:
    loop, report = _loop_ms(), _simulated(contacts)
    effort = report["effort"]
    return (
        f"{contacts:,}",
        f"{effort['seconds']:.0f}",
        str(effort["processes"]),
        f"{report['messages']['total']:,}",
        f"{report['happened']['messages from contacts']:,}",
        f"{effort['python_mb']:,.0f}",
        f"{effort['all_pss_mb']:,.0f}",
        str(sum(report["broken_promises"].values())),
        f"{loop:.0f}",
    )


def _loop_ms() -> float:
    """Return how long a fixed loop takes here and now: the fastest of five."""
    return 1000 * min(timeit.repeat("{n: str(n) for n in range(200_000)}", number=1, repeat=5))


def _simulated(contacts: int) -> dict[str, Any]:
    wanted = ["--contacts", str(contacts), "--days", str(DAYS), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "simulate", *wanted],
        cwd=ROOT, env=os.environ.copy(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        check=False,  # it ends with 1 where a promise was broken: the table says so
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report
