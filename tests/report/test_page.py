"""The page of a cluster: in a real browser, and as text that no topology breaks out of."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lvsc.cli.app import commands
from lvsc.finding import Finding, Severity
from lvsc.report.base import Report
from lvsc.report.page import Page, html
from lvsc.report.page_ways import Way
from lvsc.source import Span
from lvsc.state import Ask
from lvsc.walk import Hop, Talk, Walk
from lvsc.walk.trace import End, Fact, FactKind
from lvsc.words import Protocol, Verdict, parse_address
from tests.conftest import ROOT
from tests.report.browser import Browser

BROKEN = ROOT / "examples" / "broken" / "nat-former-gateway.yaml"
PAIR = ROOT / "examples" / "dr-pair.yaml"


def made(path: Path, folder: Path) -> Path:
    target = folder / f"{path.stem}.html"
    done = CliRunner().invoke(commands(["report"]), ["report", str(path), "--output", str(target)])
    assert done.exit_code == 0, done.output
    return target


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {path.stem: made(path, folder) for path in (BROKEN, PAIR)}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_it_fits_a_phone_and_a_desk_and_asks_nobody(
    pages: dict[str, Path], browser: Browser, width: int, dark: bool
) -> None:
    for page in pages.values():
        browser.open(page.as_uri(), width, dark)
        assert browser.tell("document.documentElement.scrollWidth") <= width
        light = browser.tell("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert light is not dark
        assert browser.tell("document.querySelector('#cluster img').naturalWidth") > 400
        assert browser.asked() == []
        assert browser.complaints() == []


def test_the_way_that_fails_is_open_and_says_where_it_ends(pages: dict[str, Path], browser: Browser) -> None:
    browser.open(pages["nat-former-gateway"].as_uri(), 1280)
    assert browser.tell("document.querySelector('#way-1').open")
    assert browser.tell("document.querySelector('header .state').className") == "state error"
    assert "the answer comes from an address that the client did not ask" in browser.tell("document.body.innerText")
    assert browser.tell("document.querySelector('.finding mark').innerText") == "10.0.0.254"


def test_arrow_keys_step_through_a_way(pages: dict[str, Path], browser: Browser) -> None:
    browser.open(pages["dr-pair"].as_uri() + "#way-2-hop-1", 1280)
    assert browser.tell("document.querySelector('#way-2').open")
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowLeft"):
        browser.press(key)
    assert browser.tell("location.hash") == "#way-2-hop-3"
    assert browser.tell("document.activeElement.id") == "way-2-hop-3"


def test_the_policy_allows_its_own_style_and_script_only(pages: dict[str, Path]) -> None:
    page = pages["dr-pair"].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("style", "script"):
        (body,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_the_same_cluster_gives_the_same_bytes(pages: dict[str, Path], tmp_path: Path) -> None:
    assert made(PAIR, tmp_path).read_bytes() == pages["dr-pair"].read_bytes()


def test_a_file_that_is_no_topology_gives_a_page_with_its_findings(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("lvsc: 1\nnetwork: {}\n")
    page = made(wrong, tmp_path).read_text(encoding="utf-8")
    assert "cannot be drawn before its errors are mended" in page
    assert "<mark>network</mark>" in page


class Tags(HTMLParser):
    """The tags and attributes of a page, without its texts."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


def page_of(text: str) -> str:
    address = parse_address("192.0.2.1")
    assert address is not None
    hop = Hop(text, text, text, text, False, Fact(FactKind.SYSCTL, text, text), End.NO_ROUTE)
    ask = Ask(text, address, 80, Protocol.TCP)
    walk = Walk(ask, Verdict.FAILS, {}, {text: 1}, (Talk(ask, 0, address, 40000, error=text, hops=[hop]),))
    finding = Finding(text, Severity.ERROR, Span(text, 1, 1, 1, 2), text, text)
    report = Report([finding], sources={text: text or "x"}, pages={text: text})
    way = Way(walk, [text], [text], text, lambda hop: text)
    return html(Page(text, "<svg/>", text, report, [way], {text: {text: text}}))


HOSTILE = ("</script><script>", '"><img src=x onerror=a()>', "&lt;b&gt;", "'", "-->", "]]>")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(min_size=1), st.sampled_from(HOSTILE)))
def test_no_text_of_a_topology_becomes_markup(text: str) -> None:
    assert tags(page_of(text)) == tags(page_of("x"))
