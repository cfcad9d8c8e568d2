"""The pages of HTTP_GET and SSL_GET of keepalived.conf."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lvsc.importers.draft import Option, Said
from lvsc.importers.keepalived_block import Block, number
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.ledger import Ledger, clean
from lvsc.topology import broken
from lvsc.words import Page, Plain

# What topology files can hold (lvsc.topology.spec.patterns, and what the build adds).
_PATH = re.compile(r"/[!#%-\[\]-~]{0,199}")
_HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")
_TEXT = re.compile(r"[ !#%-\[\]-~]{1,200}")
_DIGEST = re.compile(r"[0-9A-Fa-f]{32}")
_STATUS = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?")
_OPTIONS = frozenset({
    "allow_empty_class", "alt_bsux", "auto_callout", "caseless", "dollar_endonly", "dotall", "dupnames", "extended",
    "firstline", "match_unset_backref", "multiline", "never_ucp", "never_utf", "no_auto_capture", "no_auto_possess",
    "no_dotstar_anchor", "no_start_optimize", "ucp", "ungreedy", "utf", "never_backslash_c", "alt_circumflex",
    "alt_verbnames", "use_offset_limit",
})  # fmt: skip
_MOST = 2_147_483_647
Keys = dict[str, Said[Plain]]


def named(ledger: Ledger, word: Word) -> bool:
    """Whether a word can be a host's name, or a finding."""
    if _HOST.fullmatch(word.text):
        return True
    ledger.warn("wrong-value", word.at, f"`{clean(word.text, 60)}` is no host name", "write a plain host name")
    return False


def http(ledger: Ledger, node: Node, block: Block, host: Word | None) -> Option | None:
    """One page, or several; None where a path cannot be said."""
    host = block.word("virtualhost") or host
    found = [_page(ledger, Block(ledger, url)) for url in block.all("url")]
    if not found:
        ledger.warn("wrong-value", node.at, f"`{node.keyword}` asks for no `url`", "add `url { path / }`")
    pages = [page for page in found if page is not None]
    if len(pages) < len(found):
        return None
    option: dict[str, Said[Plain | tuple[Page, ...]]] = dict(_of_check(ledger, node, block))
    if host is not None and named(ledger, host):
        for page in pages or [{}]:
            page.setdefault("host", Said(host.text, host.at))
    if len(pages) > 1:
        option["urls"] = Said(tuple(_plain(page) for page in pages), node.at)
    elif pages:
        option.update(pages[0])
    elif host is not None and named(ledger, host):
        option["host"] = Said(host.text, host.at)
    if "sni" in option and not any("host" in page for page in pages):
        del option["sni"]
    return tuple(sorted(option.items()))


def _plain(page: Mapping[str, Said[Plain]]) -> Page:
    return tuple((key, said.value) for key, said in sorted(page.items()))


def _of_check(ledger: Ledger, node: Node, block: Block) -> Keys:
    """What is said of all pages."""
    found: Keys = {}
    version = block.word("http_protocol")
    if version is not None and version.text.upper() in ("1.0", "1.0C", "1.1"):
        found["protocol"] = Said(version.text.upper(), version.at)
    elif version is not None:
        message = f"`http_protocol {clean(version.text, 20)}` is no version that keepalived speaks: it takes 1.0"
        ledger.warn("wrong-value", version.at, message, "write 1.0, 1.0C or 1.1")
    if found.get("protocol") and found["protocol"].value == "1.0":
        del found["protocol"]
    if node.keyword == "SSL_GET" and block.has("enable_sni") is None:
        found["sni"] = Said(False, node.at)
    fast = block.has("fast_recovery")
    if fast is not None:
        found["fast_recovery"] = Said(True, fast.at)
    return found


def _page(ledger: Ledger, block: Block) -> Keys | None:
    found: Keys = {}
    host, path, status = block.word("virtualhost"), block.word("path"), block.one("status_code")
    if path is not None and path.text != "/" and not _PATH.fullmatch(path.text):
        ledger.left_out(path.at, f"the check of path {clean(path.text, 60)}: no plain path of a page")
        return None
    if path is not None and path.text != "/":
        found["path"] = Said(path.text, path.at)
    if host is not None and named(ledger, host):
        found["host"] = Said(host.text, host.at)
    if status is not None:
        found.update(_status(ledger, status))
    digest = block.word("digest")
    if digest is not None and _DIGEST.fullmatch(digest.text):
        found["digest"] = Said(digest.text, digest.at)
    elif digest is not None:
        message = f"`{clean(digest.text, 60)}` is no MD5: keepalived passes over it"
        ledger.warn("wrong-value", digest.at, message, "write 32 hexadecimal digits")
    _regex(ledger, block, found)
    block.rest()
    return found


def _status(ledger: Ledger, node: Node) -> Keys:
    words: list[str] = []
    for word in node.words:
        match = _STATUS.fullmatch(word.text)
        if match is not None and (match[2] is None or match[1] <= match[2]):
            words.append(word.text)
        else:
            message = f"`{clean(word.text, 40)}` is no status: keepalived passes over it"
            ledger.warn("wrong-value", word.at, message, "write one from 100 to 599, or a range such as 400-404")
    if not words or words == ["200-299"]:
        return {}
    value: Plain = int(words[0]) if len(words) == 1 and words[0].isdecimal() else tuple(words)
    return {"status": Said(value, node.words[0].at)}


def _regex(ledger: Ledger, block: Block, found: Keys) -> None:
    """The expression and its options; keepalived passes over options without an expression."""
    node, no_match = block.one("regex"), block.one("regex_no_match")
    options, low, high = block.one("regex_options"), block.word("regex_min_offset"), block.word("regex_max_offset")
    if node is None:
        return
    text = node.words[0].text if len(node.words) == 1 else ""
    if not _TEXT.fullmatch(text) or broken(text) is not None or "digest" in found:
        ledger.no_place(node.at, node.text())
        return
    found["regex"] = Said(text, node.words[0].at)
    if no_match is not None:
        found["regex_no_match"] = Said(True, no_match.at)
    words = tuple(word.text for word in options.words if word.text in _OPTIONS) if options is not None else ()
    if options is not None and words:
        found["regex_options"] = Said(words, options.words[0].at)
    for key, word in (("regex_min_offset", low), ("regex_max_offset", high)):
        offset = number(ledger, key, word, 0, _MOST) if word is not None else None
        if offset is not None:
            found[key] = Said(*offset)
    if low is not None and high is not None and found.keys() >= {"regex_min_offset", "regex_max_offset"}:
        _in_order(ledger, found)


def _in_order(ledger: Ledger, found: Keys) -> None:
    low, high = found["regex_min_offset"], found["regex_max_offset"]
    if isinstance(low.value, int) and isinstance(high.value, int) and low.value > high.value:
        message = f"`regex_min_offset {low.value}` is above `regex_max_offset`: keepalived ignores both"
        ledger.warn("contradiction", low.at, message, "write a smaller one")
        del found["regex_min_offset"], found["regex_max_offset"]
