"""How long two years of the whole programme take in fast motion, and how much memory."""

import json
import os
import subprocess
import sys
from typing import Any

from bench.figures import table
from bench.system import environment, home_folder, settings_for
from bot.settings import ROOT

SIZES = (1_000, 10_000)
DAYS = 730

NOTES = f"""`acompana simulate` over {DAYS} days, from the start of the work to its report, with databases of
its own. Python is the resident memory of all its processes at the peak; "all" counts PostgreSQL too,
memory that several processes share once. Broken promises are counted over everything that was said."""

HEAD = (
    "contacts",
    "seconds",
    "processes",
    "messages out",
    "Python MB",
    "all MB",
    "broken promises",
)


def measure() -> str:
    """Return the table."""
    with home_folder() as home, environment(settings_for(home)):
        rows = [_row(contacts) for contacts in SIZES]
    return f"{NOTES}\n\n{table(HEAD, rows)}"


def _row(contacts: int) -> tuple[str, ...]:
    report = _simulated(contacts)
    effort = report["effort"]
    return (
        f"{contacts:,}",
        f"{effort['seconds']:.0f}",
        str(effort["processes"]),
        f"{report['messages']['total']:,}",
        f"{effort['python_mb']:,.0f}",
        f"{effort['all_pss_mb']:,.0f}",
        str(sum(report["broken_promises"].values())),
    )


def _simulated(contacts: int) -> dict[str, Any]:
    wanted = ["--contacts", str(contacts), "--days", str(DAYS), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli.main", "simulate", *wanted],
        cwd=ROOT, env=os.environ.copy(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        check=False,  # it ends with 1 where a promise was broken: the table says so
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report
