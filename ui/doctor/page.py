"""The page as text: plain, indented so that an issue tracker shows it as it was written, and narrow enough for an e-mail."""

import re
import textwrap
from collections.abc import Iterator

from ui.doctor.report import Finding, Report
from ui.doctor.sections import sections

WIDTH = 96
"""Columns, margin and all."""

MARGIN = 4
"""Spaces before every line: from four on, Markdown leaves a text alone."""

LABEL = 14
"""Room for the names of facts."""

HEADLINE = "Puppet's doctor. Paste this whole page into a report: it names neither you nor your files."

COMMAND = re.compile(r"(?:sudo|pip|bash|cd|git|make|puppet-[a-z]+|\S*python\S* -m pip) .*?(?=\. [A-Z]|\.?$|, (?:then|or|and) |\))")
"""What a person may type: it is broken between lines after an operator of the shell alone."""

KEPT = "\0"
"""Stands for a space at which no line is broken."""

OPERATOR = re.compile(rf"(;|&&|\|){KEPT}")
NUMBERED = re.compile(r"\d\. ")


def page(report: Report) -> str:
    """The whole page, with a line feed at its end."""
    lines = ["", *_wrapped(HEADLINE)]
    for section in sections(report):
        lines += ["", section.title]
        for label, words in section.rows:
            lines += _row(label, words)
    for title, stops in (("To be mended before anything runs", True), ("Worth knowing", False)):
        findings = [finding for finding in report.findings if finding.stops is stops]
        if findings:
            lines += ["", title]
        for number, finding in enumerate(findings, 1):
            lines += _finding(finding, number)
    lines += ["", *_wrapped(f"Verdict: {report.verdict}")]
    return "".join(f"{' ' * MARGIN}{line}".rstrip() + "\n" for line in lines)


def _row(label: str, words: str) -> Iterator[str]:
    """A fact; a name that is too long for its place gets a line of its own."""
    if len(label) >= LABEL - 2:
        yield f"  {label}"
        label = ""
    yield from _wrapped(words, f"  {label}".ljust(LABEL), " " * LABEL)


def _finding(finding: Finding, number: int) -> Iterator[str]:
    yield from _wrapped(finding.says, f"  {number}. ", "     ")
    steps = finding.fix.splitlines()
    for place, step in enumerate(steps):
        indent = " " * (len(step) - len(step.lstrip()))
        deeper = indent + ("   " if NUMBERED.match(step) else "")
        yield from _wrapped(step, f"{'        ' if place else '     -> '}{indent}", f"        {deeper}")


def _wrapped(words: str, first: str = "", further: str = "") -> list[str]:
    """Words as lines, the commands in them whole as far as they go."""
    kept = COMMAND.sub(lambda found: OPERATOR.sub(r"\1 ", found[0].replace(" ", KEPT)), words.strip())
    width = WIDTH - MARGIN
    lines = textwrap.wrap(kept, width, initial_indent=first, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
    return [line.replace(KEPT, " ") for line in lines] or [first.rstrip()]
