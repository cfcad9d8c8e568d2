"""GitHub's annotations, one-line and Markdown reports, also with texts that an enemy wrote."""

from __future__ import annotations

import re

import pytest

from lvsc.finding import Severity
from lvsc.report import DOCUMENTS, FORMS, Report, form, plain_lines
from tests.report.conftest import broken, clean, hostile, many


def rendered(name: str, made: Report) -> str:
    return form(name).render(made, False)


def test_the_table_names_its_modules() -> None:
    assert all(name == form(name).NAME for name in FORMS)
    assert set(FORMS) > DOCUMENTS


def test_an_annotation_says_where_what_and_what_to_do() -> None:
    assert rendered("github", broken()) == (
        "::error file=cluster/web.lvsc.yaml,line=20,endLine=20,col=39,endColumn=39,title=real-server-answers-arp::"
        "real server old1 answers ARP for VIP 192.0.2.100 (arp_ignore is 0 on eth0)%0A"
        "help: set net.ipv4.conf.all.arp_ignore: 1 on old1\n"
    )
    assert rendered("github", clean()) == ""


@pytest.mark.parametrize(
    ("severity", "shown", "kind"),
    [(Severity.ERROR, 10, "error"), (Severity.WARNING, 10, "warning"), (Severity.INFO, 9, "notice")],
    ids=["errors", "warnings", "advice, whose last place the summary takes"],
)
def test_ten_annotations_of_a_kind_and_how_many_more(severity: Severity, shown: int, kind: str) -> None:
    lines = rendered("github", many(30, severity)).splitlines()
    assert sum(line.startswith(f"::{kind} file=") for line in lines) == shown
    assert lines[-1].startswith(f"::notice title=lvsc::{30 - shown} more findings")
    assert len(rendered("github", many(10, severity)).splitlines()) == 10


def test_a_hostile_text_makes_no_workflow_command() -> None:
    (line,) = rendered("github", hostile()).splitlines()
    assert line.count("::") - line.split("title=unknown-key::", 1)[1].count("::") == 2
    head = line.split("title=unknown-key::", 1)[0]
    assert head.count("::") == 1
    assert re.fullmatch(r"::error file=[^,:]*,line=2,endLine=2,col=3,endColumn=8,", head)
    assert "%250A" in line


@pytest.mark.parametrize("name", FORMS)
def test_no_form_lets_control_characters_through(name: str) -> None:
    text = rendered(name, hostile())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_markdown_is_a_table_and_the_findings_in_full() -> None:
    text = rendered("markdown", broken())
    assert text.startswith("### lvsc: 1 error\n\n| severity | rule | place | what |\n")
    assert "| error | `real-server-answers-arp` | `cluster/web.lvsc.yaml:20` | `real server old1 answers" in text
    assert "   = hop: old1 eth0: answers for 192.0.2.100" in text
    assert rendered("markdown", clean()) == "### lvsc: no findings\n"


def test_markdown_from_an_enemy_is_only_ever_code() -> None:
    from markdown_it import MarkdownIt

    kinds = set()
    for token in MarkdownIt("commonmark").enable("table").parse(rendered("markdown", hostile())):
        kinds |= {child.type for child in token.children or ()}
        if token.type == "html_block":
            assert token.content.strip() in ("<details><summary>The findings in full</summary>", "</details>")
        if token.type == "inline":
            plain_text = "".join(child.content for child in token.children or () if child.type == "text")
            assert not re.search("[@#<]|http|img", plain_text)
    assert kinds <= {"text", "code_inline", "softbreak"}


def test_markdown_fits_a_comment() -> None:
    assert len(rendered("markdown", many(3000))) < 60_000
    assert "2950 more are not shown." in rendered("markdown", many(3000))


def test_what_went_wrong_is_no_workflow_command_either() -> None:
    shown = plain_lines("lvsc: cannot read a\n ::error::owned\n::stop\x1b[2J\nb")
    assert shown == "lvsc: cannot read a\n|  ::error::owned\n| ::stop\\x1b[2J\nb"
