"""Edits applied together and proved: read again, the file says what it said, but for what was to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from lvsc.finding import Cut, Drop, Edit, Put
from lvsc.fix.surgery import Piece, Text, piece
from lvsc.source import Map, Seq, SourceFault, read

_BOM = b"\xef\xbb\xbf"


def apply_edits(root: Map, data: bytes, edits: Sequence[Edit]) -> bytes | None:
    """The file with all of these edits; None where that cannot be done, or not be proved."""
    text = Text(data.decode("utf-8-sig"))
    pieces = [piece(text, edit) for edit in edits]
    if any(each is None for each in pieces):
        return None
    changed = _joined(text.text, sorted(each for each in pieces if each is not None))
    if changed is None:
        return None
    done = (_BOM if data.startswith(_BOM) else b"") + changed.encode()
    try:
        found = read(root.file, done)
    except SourceFault:
        return None
    return done if found == _expected(root, edits) else None


def _joined(text: str, pieces: Iterable[Piece]) -> str | None:
    """The text with the pieces in it; None where they overlap."""
    parts, at = [], 0
    for each in pieces:
        if each.start < at:
            return None
        parts += [text[at : each.start], each.text]
        at = each.end
    return "".join([*parts, text[at:]])


def _expected(root: Map, edits: Sequence[Edit]) -> Any:
    """What the file has to say afterwards; of what an alias repeats every copy stays as it was, but for one."""
    by_node: dict[int, list[Put | Drop]] = {}
    for edit in edits:
        if not isinstance(edit, Cut):
            by_node.setdefault(id(edit.node), []).append(edit)
    return _copied(root, by_node)


def _copied(node: Any, edits: dict[int, list[Put | Drop]]) -> Any:
    if isinstance(node, Seq):
        return [_copied(each, edits) for each in node]
    if not isinstance(node, Map):
        return node
    # The edits of a node are taken once: a second copy of it must not change, and proves that it would.
    own = edits.pop(id(node), ())
    copy = {key: _copied(value, edits) for key, value in node.items()}
    for edit in own:
        if isinstance(edit, Put):
            copy[edit.key] = edit.value
        else:
            copy.pop(edit.key, None)
    return copy
