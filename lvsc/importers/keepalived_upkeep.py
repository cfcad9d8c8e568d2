"""What virtual_server and real_server of keepalived.conf say beside their checks: quorum, scripts, mail."""

from __future__ import annotations

import re
import shlex

from lvsc.importers.draft import Said, Script, Upkeep
from lvsc.importers.keepalived_block import Block
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.ledger import Ledger, clean

_MOST = 2_147_483_647
_PROGRAM = re.compile(r"/[A-Za-z0-9_./:@%+=,-]{0,199}")
_ARGUMENT = re.compile(r"[A-Za-z0-9_./:@%+=,-]{1,200}")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_SECRET = re.compile(r"pass(w|word|wd)?\b|secret|token|api-?key|--?auth|://[^/]*:[^/]*@", re.IGNORECASE)
_LONGEST_COMMAND = 800


def upkeep(ledger: Ledger, block: Block) -> Upkeep:
    """What a virtual server says, by the language's keys."""
    found: dict[str, Said[int | bool | Script]] = {}
    for key, least in (("quorum", 1), ("hysteresis", 0)):
        said = block.number(key, least, _MOST)
        if said is not None and said[0] != least:
            found[key] = Said(*said)
    for key in ("alpha", "omega", "inhibit_on_failure"):
        node = block.has(key)
        if node is not None:
            found[key] = Said(True, node.at)
    for key in ("quorum_up", "quorum_down"):
        node = block.one(key)
        script = notified(ledger, node) if node is not None else None
        if script is not None:
            found[key] = script
    found.update(of_server(ledger, block, notify=False))
    return found


def of_server(ledger: Ledger, block: Block, notify: bool = True) -> Upkeep:
    """What a real server says that a topology says of the service."""
    found: dict[str, Said[int | bool | Script]] = {}
    alert = block.one("smtp_alert")
    if alert is not None:
        found["smtp_alert"] = Said(not alert.words or alert.words[0].text not in ("off", "false", "no"), alert.at)
    if not notify:
        return found
    inhibit = block.has("inhibit_on_failure")
    if inhibit is not None:
        found["inhibit_on_failure"] = Said(True, inhibit.at)
    for key in ("notify_up", "notify_down"):
        node = block.one(key)
        script = notified(ledger, node) if node is not None else None
        if script is not None:
            found[key] = script
    return found


def notified(ledger: Ledger, node: Node) -> Said[Script] | None:
    """The script after a keyword: one word that may hold blanks, then who runs it."""
    if not node.words:
        ledger.warn("wrong-value", node.at, f"`{node.keyword}` names no program", "write one, or remove it")
        return None
    words = command(ledger, node.words[:1], node.words[0].text)
    users = node.words[1:]
    if words is None:
        return None
    return Said((words, user(ledger, users)), node.words[0].at)


def command(ledger: Ledger, words: list[Word], text: str) -> tuple[str, ...] | None:
    """A program and its arguments; None, and a remark, where a topology cannot hold them."""
    at = words[0].at
    if _SECRET.search(text):
        for word in words:
            ledger.secret(word.at)
        ledger.left_out(at, "a command that seems to hold a password: put it into a script of its own")
        return None
    try:
        found = tuple(shlex.split(text)) if len(text) <= _LONGEST_COMMAND else ()
    except ValueError:
        found = ()
    if found and _PROGRAM.fullmatch(found[0]) and all(_ARGUMENT.fullmatch(each) for each in found[1:]):
        return found
    ledger.left_out(at, f"the command `{clean(text, 80)}`: put it into a script of its own, with an absolute path")
    return None


def user(ledger: Ledger, words: list[Word]) -> str | None:
    """The user after a script; a group of its own has no place."""
    if not words:
        return None
    for group in words[1:2]:
        ledger.no_place(group.at, f"the group {clean(group.text, 40)} of a script")
    if _USER.fullmatch(words[0].text):
        return words[0].text
    ledger.no_place(words[0].at, f"the user {clean(words[0].text, 40)} of a script")
    return None
