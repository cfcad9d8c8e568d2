"""Lines of keepalived.conf as a tree: keyword, words, block, place. It takes anything and says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lvsc.importers.keepalived_lines import Line
from lvsc.importers.ledger import Ledger, clean
from lvsc.source import Span

MAX_LEVELS, MAX_NODES = 24, 500_000
# What opens a block of its own, never inside another: where it stands inside one, a brace is missing above.
TOPS = frozenset({"global_defs", "vrrp_instance", "vrrp_sync_group", "vrrp_script", "virtual_server",
                  "virtual_server_group", "vrrp_track_process", "bfd_instance"})  # fmt: skip
_TOKENS = re.compile(r'"[^"]*"?|[{}]|\\[#!]|[^\s"{}]+|\s+')


@dataclass(frozen=True, slots=True)
class Word:
    """A word without its quotes."""

    text: str
    at: Span


@dataclass(slots=True)
class Node:
    """A statement: its keyword, the words after it, and the block that it opens, if it opens one."""

    keyword: str
    at: Span
    words: list[Word] = field(default_factory=list)
    block: list[Node] | None = None
    comment: str = ""
    closed: bool = False

    def text(self) -> str:
        """All of it in one line, as far as a remark can hold it."""
        words = " ".join([self.keyword, *(word.text for word in self.words)])
        if self.block is None:
            return clean(words)
        inner = "; ".join(" ".join([each.keyword, *(word.text for word in each.words)]) for each in self.block[:6])
        return clean(f"{words} {{ {inner} }}" if inner else words)


def tree(ledger: Ledger, lines: Iterable[Line]) -> list[Node]:
    """The statements of a file."""
    builder = _Builder(ledger)
    for line in lines:
        builder.line(line)
    return builder.done()


class _Builder:
    """Keeps the blocks that are open."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.root: list[Node] = []
        self.open: list[Node] = []
        self.count = 0
        self.remark = ""

    def line(self, line: Line) -> None:
        """Add one line."""
        node: Node | None = None
        for word in _words(line):
            if isinstance(word, Word):
                node = self._word(node, word, line)
            elif word.text == "{":
                self._opens(node, word.at)
                node = None
            else:
                self._closes(word.at)
                node = None
        if line.text.strip() or not line.comment:
            self.remark = ""
        else:
            self.remark = line.comment

    def _word(self, node: Node | None, word: Word, line: Line) -> Node:
        if node is not None:
            node.words.append(word)
            return node
        if word.text in TOPS and self.open:
            self._unclosed(word)
        node = Node(word.text, word.at, comment=line.comment or self.remark)
        self.count += 1
        if self.count <= MAX_NODES:
            self._siblings().append(node)
        elif self.count == MAX_NODES + 1:
            self.ledger.error("not-read", word.at, f"more than {MAX_NODES} statements", "split the file")
        return node

    def _siblings(self) -> list[Node]:
        if not self.open:
            return self.root
        block = self.open[-1].block
        assert block is not None
        return block

    def _unclosed(self, word: Word) -> None:
        """A block that only stands by itself begins inside others: keepalived loses it, and here they end."""
        opened = self.open[-1]
        message = (
            f"`{word.text}` begins inside `{clean(opened.keyword, 40)}` of line {opened.at.line}: a `}}` is missing"
        )
        self.ledger.error("unbalanced", word.at, message, f"close `{clean(opened.keyword, 40)}` before it")
        self.open.clear()

    def _opens(self, node: Node | None, at: Span) -> None:
        if node is None:
            siblings = self._siblings()
            node = siblings[-1] if siblings and siblings[-1].block is None else None
        if node is None:
            self.ledger.error("unbalanced", at, "this `{` belongs to no keyword", "remove it, or write the keyword")
            node = Node("", at)
        if len(self.open) >= MAX_LEVELS:
            self.ledger.error("unbalanced", at, f"more than {MAX_LEVELS} blocks inside each other", "count the braces")
            return
        node.block = []
        self.open.append(node)

    def _closes(self, at: Span) -> None:
        if self.open:
            self.open.pop().closed = True
        else:
            self.ledger.error("unbalanced", at, "this `}` closes nothing", "remove it")

    def done(self) -> list[Node]:
        """Everything, once the file ends."""
        for node in self.open:
            message = f"the block of `{clean(node.keyword, 40)}` is never closed"
            self.ledger.error("unbalanced", node.at, message, "write the missing `}`")
        return self.root


@dataclass(frozen=True, slots=True)
class _Brace:
    text: str
    at: Span


def _words(line: Line) -> Iterator[Word | _Brace]:
    """Words and braces; pieces that touch are one word."""
    parts: list[str] = []
    start = end = 0
    for found in _TOKENS.finditer(line.text):
        piece = found[0]
        if piece.isspace() or piece in ("{", "}"):
            if parts:
                yield Word("".join(parts), line.span(start, end))
                parts = []
            if not piece.isspace():
                yield _Brace(piece, line.span(*found.span()))
            continue
        if not parts:
            start = found.start()
        end = found.end()
        parts.append(_bare(piece))
    if parts:
        yield Word("".join(parts), line.span(start, end))


def _bare(piece: str) -> str:
    if piece.startswith('"'):
        return piece[1:].removesuffix('"')
    return piece[1:] if piece in ("\\#", "\\!") else piece
