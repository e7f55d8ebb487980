"""Parts of RESULTS.md that a bench writes; the text around them is written by hand."""

import re
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write(part: str, text: str) -> None:
    """Replace one part of the results, between its two marks; add it where it is missing."""
    begin, end = f"<!-- {part}: written by the bench -->", f"<!-- end of {part} -->"
    block = f"{begin}\n{text.strip()}\n{end}"
    old = RESULTS.read_text("utf-8") if RESULTS.exists() else "# Understanding: results\n"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    known = pattern.search(old)
    new = pattern.sub(lambda _: block, old) if known else f"{old.rstrip()}\n\n{block}\n"
    RESULTS.write_text(new, encoding="utf-8")
