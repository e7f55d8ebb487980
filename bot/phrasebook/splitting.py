"""A long text as several SMS, cut between sentences, in order."""

import re

LONGEST_SMS = 918
"""Characters of six joined GSM-7 segments; phones join them to one text. Twilio's limit is 1,600."""


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
