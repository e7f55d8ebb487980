"""The load curve as a drawing: messages per day over the whole time, and per hour of the day."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT, LEFT, TOP, GAP = 900, 220, 64, 36, 76
INK, FILL, GRID = "#22313f", "#4f8fba", "#d5dde3"
STEPS = (1, 2, 5)
"""First digits of the numbers at the side of a drawing."""


def drawing(report: dict[str, Any]) -> str:
    """Return an SVG with both curves."""
    messages = report["messages"]
    by_day = [count for _, count in messages["by_day"]]
    first, last = messages["by_day"][0][0], messages["by_day"][-1][0]
    height = 2 * (TOP + HEIGHT) + 2 * GAP
    days = _curve(by_day, f"Messages a day, {first} to {last}", TOP, (first, last))
    hours = _bars(
        messages["by_hour"],
        "Messages by hour of the day (clock of Guatemala), the whole time",
        TOP + HEIGHT + GAP + TOP,
    )
    size = f'width="{LEFT + WIDTH + 30}" height="{height}"'
    box = f'viewBox="0 0 {LEFT + WIDTH + 30} {height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} font-family="sans-serif" '
        f'font-size="13" fill="{INK}">\n<rect width="100%" height="100%" fill="white"/>\n'
        f"{days}\n{hours}\n</svg>\n"
    )


def _curve(counts: Sequence[int], title: str, top: int, ends: tuple[str, str]) -> str:
    """Return a filled line, one point for each day."""
    most, bottom = max([*counts, 1]), top + HEIGHT
    step = WIDTH / max(1, len(counts) - 1)
    points = [
        f"{LEFT + n * step:.1f},{bottom - HEIGHT * count / most:.1f}"
        for n, count in enumerate(counts)
    ]
    area = f"{LEFT},{bottom} {' '.join(points)} {LEFT + WIDTH},{bottom}"
    below = bottom + 18
    return "\n".join(
        [
            _frame(title, most, top),
            f'<polygon points="{area}" fill="{FILL}" fill-opacity="0.35"/>',
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{FILL}"/>',
            f'<text x="{LEFT}" y="{below}">{ends[0]}</text>',
            f'<text x="{LEFT + WIDTH}" y="{below}" text-anchor="end">{ends[1]}</text>',
        ]
    )


def _bars(counts: Sequence[int], title: str, top: int) -> str:
    """Return a bar for each hour."""
    most, bottom, wide = max([*counts, 1]), top + HEIGHT, WIDTH / max(1, len(counts))
    drawn = [_frame(title, most, top)]
    for hour, count in enumerate(counts):
        high, x = HEIGHT * count / most, LEFT + hour * wide
        drawn.append(
            f'<rect x="{x + 3:.1f}" y="{bottom - high:.1f}" width="{wide - 6:.1f}" '
            f'height="{high:.1f}" fill="{FILL}"/>'
        )
        middle = f'x="{x + wide / 2:.1f}" y="{bottom + 18}"'
        drawn.append(f'<text {middle} text-anchor="middle">{hour}</text>')
    return "\n".join(drawn)


def _frame(title: str, most: int, top: int) -> str:
    """Return the title and the lines at round numbers."""
    lines = [f'<text x="{LEFT}" y="{top - 12}" font-weight="bold">{title}</text>']
    for number in round_numbers(most):
        y = top + HEIGHT - HEIGHT * number / most
        lines.append(
            f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>'
        )
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number:,}</text>')
    return "\n".join(lines)


def round_numbers(most: int) -> list[int]:
    """Return at most six round numbers from zero to the largest one."""
    size = 1
    while True:
        for first in STEPS:
            if most / (first * size) <= 5:
                return list(range(0, most + 1, first * size))
        size *= 10
