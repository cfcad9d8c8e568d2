"""The baseline of `lvsc lint`: written, and told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer

from lvsc.cli.choice import Choice, lint_rules
from lvsc.cli.console import say
from lvsc.cli.files import write_text
from lvsc.cli.opened import Opened, open_files
from lvsc.finding import LvscError
from lvsc.report import counted


def keep(files: Sequence[tuple[str, bytes]], choice: Choice) -> None:
    """Write the findings of now to the baseline."""
    from lvsc.finding.baseline import baseline_text
    from lvsc.source import Outline

    if not choice.baseline or choice.baseline == "-":
        raise typer.BadParameter("name the file with --baseline FILE", param_hint="--write-baseline")
    opened = open_files(files, replace(choice, baseline=""))
    if opened.site is None:
        raise LvscError("no baseline was written: the topology cannot be used as it is", "mend what lvsc lint shows")
    found = [finding for finding in opened.findings if finding.rule in lint_rules()]
    write_text(choice.baseline, baseline_text(found, Outline(opened.roots)))
    say(f"lvsc: wrote {counted(found)} to {choice.baseline}")


def said(opened: Opened) -> str:
    """`1 error, 2 ignored, 12 in the baseline; --fix mends 1; 3 more of the baseline are mended: write it anew`."""
    counts = [(sum(each.by == by for each in opened.hidden), words) for by, words in _WORDS]
    text = ", ".join([counted(opened.findings), *(f"{count} {words}" for count, words in counts if count)])
    mended = f"; {opened.gone} more of the baseline {'is' if opened.gone == 1 else 'are'} mended: write it anew"
    easy = sum(finding.fix is not None and finding.fix.safe for finding in opened.findings)
    return text + (f"; --fix mends {easy}" if easy else "") + (mended if opened.gone else "")


_WORDS = (("ignore", "ignored"), ("baseline", "in the baseline"))
