"""A long text as several SMS, cut between sentences, in order."""

import re

LONGEST_SMS = 612
"""Characters of four joined GSM-7 segments; Twilio joins them on the phone, longer ones arrive in pieces."""


def split(text: str, longest: int = LONGEST_SMS) -> list[str]:
    """Return the pieces, none longer than `longest`; nothing is lost but the space at a cut."""
    pieces: list[str] = []
    rest = text
    while len(rest) > longest:
        cut = _cut(rest[: longest + 1], longest)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def _cut(head: str, longest: int) -> int:
    """Return the best place to cut: paragraph, sentence, line, word, or the hard limit."""
    for border in (r"\n\n", r"[.?!]\s", r"\n", r"\s"):
        ends = [m.end() for m in re.finditer(border, head)]
        if ends and ends[-1] > longest // 3:
            return min(ends[-1], longest)
    return longest
