"""One block of keepalived.conf: its reader takes what it asks for, everything else is reported by name and line."""

from __future__ import annotations

from collections.abc import Iterable

from lvsc.finding import nearest
from lvsc.importers.keepalived_tree import Node, Word
from lvsc.importers.keepalived_words import KNOWN, NO_PLACE, NOTHING, SAME, is_secret
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span

_YES, _NO = ("on", "true", "yes"), ("off", "false", "no")


class Block:
    """The statements of a block by their usual spelling."""

    def __init__(self, ledger: Ledger, node: Node | None, statements: Iterable[Node] | None = None) -> None:
        self.ledger = ledger
        self.at = node.at if node is not None else Span("", 1, 1, 1, 2)
        self.by_name: dict[str, list[Node]] = {}
        for each in statements if statements is not None else (node.block if node is not None else None) or ():
            self.by_name.setdefault(SAME.get(each.keyword, each.keyword), []).append(each)

    def all(self, *names: str) -> list[Node]:
        """All statements of these names, in their order for each name."""
        return [node for name in names for node in self.by_name.pop(name, ())]

    def one(self, name: str) -> Node | None:
        """The statement of this name; of several keepalived takes the last, and that is said."""
        found = self.by_name.pop(name, [])
        for earlier in found[:-1]:
            if _texts(earlier) != _texts(found[-1]):
                message = f"`{name}` stands here and again in line {found[-1].at.line}: the last one counts"
                self.ledger.warn("contradiction", earlier.at, message, "keep one of the two")
        return found[-1] if found else None

    def has(self, name: str) -> Node | None:
        """A statement that needs no value; None where it is switched off."""
        node = self.one(name)
        return None if node is not None and node.words and node.words[0].text in _NO else node

    def word(self, name: str) -> Word | None:
        """The first word after the keyword, or a finding where there is none."""
        node = self.one(name)
        if node is None or node.words:
            return node.words[0] if node is not None else None
        self.ledger.warn("wrong-value", node.at, f"`{clean(node.keyword)}` has no value", "write one, or remove it")
        return None

    def number(self, name: str, low: int, high: int) -> tuple[int, Span] | None:
        """A whole number in bounds, or a finding."""
        word = self.word(name)
        return number(self.ledger, name, word, low, high) if word is not None else None

    def seconds(self, name: str, longest: int = 86_400) -> tuple[int, Span] | None:
        """A time in milliseconds, or a finding."""
        word = self.word(name)
        if word is None:
            return None
        try:
            value = round(float(word.text) * 1000) if len(word.text) < 20 else -1
        except (ValueError, OverflowError):
            value = -1
        if 0 <= value <= longest * 1000:
            return value, word.at
        message = f"`{name} {clean(word.text, 40)}` is no time in seconds up to {longest}"
        self.ledger.warn("wrong-value", word.at, message, "write a number of seconds")
        return None

    def rest(self) -> None:
        """Report what nobody asked for."""
        for name, nodes in self.by_name.items():
            for node in nodes:
                self._left(name, node)
        self.by_name = {}

    def _left(self, name: str, node: Node) -> None:
        hide(self.ledger, node)
        if name in NOTHING:
            self.ledger.left_out(node.at, f"{clean(node.keyword)}: {NOTHING[name]}")
        elif name in NO_PLACE:
            self.ledger.no_place(node.at, clean(node.keyword) if _secretive(node) else node.text())
        elif node.keyword in KNOWN:
            message = f"`{node.keyword}` does not belong here"
            self.ledger.warn("unknown-keyword", node.at, message, "move it to its block, or remove it")
        else:
            message = f"keepalived does not know `{clean(node.keyword, 60)}`{nearest(node.keyword, KNOWN)}"
            self.ledger.warn("unknown-keyword", node.at, message, "correct or remove it: keepalived passes over it")


def hide(ledger: Ledger, node: Node) -> None:
    """Keep the words of a secret out of every report."""
    if is_secret(node.keyword):
        for word in node.words:
            ledger.secret(word.at)
    for each in node.block or ():
        hide(ledger, each)


def _secretive(node: Node) -> bool:
    return is_secret(node.keyword) or any(_secretive(each) for each in node.block or ())


def number(ledger: Ledger, name: str, word: Word, low: int, high: int) -> tuple[int, Span] | None:
    """A whole number in bounds, or a finding."""
    text = word.text.removeprefix("+")
    if text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 20 and low <= int(text) <= high:
        return int(text), word.at
    message = f"`{name} {clean(word.text, 40)}` is no number from {low} to {high}"
    ledger.warn("wrong-value", word.at, message, f"write a number from {low} to {high}")
    return None


def _texts(node: Node) -> list[str]:
    return [word.text for word in node.words] + [each.text() for each in node.block or ()]
