"""Run all benches, or those that the command line names: `python -m bench [webhook burst ...]`."""

import argparse
import sys
from collections.abc import Callable
from time import monotonic

from bench import alarm, burst, check_ins, memory, simulate, startup, webhook
from bench.others import watched
from bench.results import record
from bench.risk import report as risk

BENCHES: dict[str, Callable[[], str]] = {
    "risk": risk.measure,
    "alarm": alarm.measure,
    "check_ins": check_ins.measure,
    "webhook": webhook.measure,
    "memory": memory.measure,
    "startup": startup.measure,
    "burst": burst.measure,
    "simulate": simulate.measure,
}


def main() -> None:
    """Run, print and record each bench; a note goes into the results beside the command."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("bench", nargs="*", help=f"of: {', '.join(BENCHES)}; default: all")
    parser.add_argument("--note", default="", help="what disturbed this run")
    wanted = parser.parse_args()
    if unknown := set(wanted.bench) - set(BENCHES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    for name in wanted.bench or BENCHES:
        print(f"{name}: {BENCHES[name].__module__} ...", file=sys.stderr)
        began = monotonic()
        with watched() as others:
            table = BENCHES[name]()
        print(f"{table}\n\n{others}")
        print(f"{name}: {monotonic() - began:.0f} s", file=sys.stderr)
        record(name, table, [str(others), wanted.note])


if __name__ == "__main__":
    main()
