"""YAML text to Map, Seq and plain values, each with its place, in one pass over the parser's events."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from lvsc.source.events import NextEvent, as_fault, next_event
from lvsc.source.nodes import Map, Seq, span_of
from lvsc.source.scalars import resolve
from lvsc.source.span import SourceFault, Span

MAX_BYTES = 64 << 20
MAX_DEPTH = 64
MAX_KEY = 1024
MAX_SCALAR = 64 << 10
MAX_VALUES = 1_000_000
MAX_ALIASED = 1_000_000
_STRING_TAG = "tag:yaml.org,2002:str"
# YAML 1.2.2, production 1: what a text may not hold; and what parsers of YAML 1.1 (libyaml) take for the end of a line,
# so that a key could hide behind a comment; and a byte order mark inside the text.
_STRAY = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read(file: str, data: bytes) -> Map:
    """The mapping that the file holds; raises SourceFault at the first thing that cannot be read.

    Time and memory are bounded by the size of the text and by MAX_VALUES:
    aliases are shared and counted, never copied, and nesting stops at MAX_DEPTH.
    """
    text = _decode(file, data)
    reader = _Reader(file)
    try:
        reader.run(next_event(text))
    except ReaderError as error:
        raise _stray(file, text) or as_fault(file, error, text) from error
    except YAMLError as error:
        raise as_fault(file, error, text) from error
    return _mapping(file, reader.root)


def _decode(file: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _fault(file, f"the file has {len(data)} bytes, more than {MAX_BYTES}", "split it into several files")
    if data.startswith(_UTF16):
        raise _fault(file, "the file is UTF-16, not UTF-8", "save the file as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        before = data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig", "replace")
        span = Span(file, line, len(before) + 1, line, len(before) + 2)
        raise SourceFault(span, f"byte {data[error.start]:#04x} is not UTF-8", "save the file as UTF-8") from error
    stray = _stray(file, text) if "\0" in text or not text.isascii() else None
    if stray is not None:
        raise stray
    return text


def _stray(file: str, text: str) -> SourceFault | None:
    """The first character that no topology may hold; an ASCII text is only searched once the parser refused it."""
    found = _STRAY.search(text)
    if found is None:
        return None
    line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
    message = f"the file holds the invisible character U+{ord(found[0]):04X}"
    return SourceFault(Span(file, line, column, line, column + 1), message, "a topology is plain text: remove it")


def _fault(file: str, message: str, remedy: str) -> SourceFault:
    return SourceFault(Span(file, 1, 1, 1, 2), message, remedy)


def _mapping(file: str, root: Any) -> Map:
    if isinstance(root, Map):
        return root
    if root is None:
        raise _fault(file, "the file is empty", "start with `lvsc: 1`, or let `lvsc init` write a first topology")
    raise _fault(file, "the file holds no mapping", "a topology is a mapping that starts with `lvsc: 1`")


class _Reader:
    """Builds the tree: `node` is the open collection, `key` the event of the key that waits for its value."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Any = None
        self.node: Map | Seq | None = None
        self.is_map = False
        self.key: Any = None
        self.stack: list[tuple[Any, Any, str | None, int]] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.aliased = 0
        self.documents = 0

    def run(self, event_of: NextEvent) -> None:
        """Take events until the stream ends."""
        kind: Any = None
        while kind is not StreamEndEvent:
            event = event_of()
            kind = type(event)
            if kind is ScalarEvent:
                if self.is_map and self.key is None:
                    self._key(event)
                else:
                    self._scalar(event)
            elif kind is MappingStartEvent:
                self._open(event, Map())
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close()
            elif kind is SequenceStartEvent:
                self._open(event, Seq())
            else:
                self._rare(event)

    def _rare(self, event: Any) -> None:
        kind = type(event)
        if kind is AliasEvent:
            self._alias(event)
        elif kind is DocumentStartEvent:
            self.documents += 1
            if self.documents > 1:
                raise self._at(event, "a second document starts here", "keep one topology a file, without `---`")

    def _at(self, event: Any, message: str, remedy: str) -> SourceFault:
        return SourceFault(span_of(self.file, event.start_mark, event.end_mark), message, remedy)

    def _key(self, event: Any) -> None:
        text, owner = event.value, self.node
        if event.tag is not None or event.anchor is not None:
            self._refuse_tag(event)
            self.anchors[event.anchor] = (text, 1)
        if len(text) > MAX_KEY:
            raise self._at(event, f"this key has {len(text)} characters, more than {MAX_KEY}", "shorten it")
        if isinstance(owner, Map) and text in owner:
            fault = self._at(event, f"the key `{text[:80]}` stands twice", "keep one of the two")
            fault.related = (owner.key_span(text), "it stands here first")
            raise fault
        self.key = event

    def _scalar(self, event: Any) -> None:
        value = event.value
        if len(value) > MAX_SCALAR:
            raise self._at(event, f"this value has {len(value)} characters, more than {MAX_SCALAR}", "shorten it")
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            value = resolve(value)
        self._counted(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        self._add(value, event)

    def _counted(self, event: Any) -> None:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self._at(event, f"the file holds more than {MAX_VALUES} values", "split it into several files")

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None and str(event.tag) not in ("!", _STRING_TAG):
            raise self._at(event, f"the tag {str(event.tag)[:80]} is not part of the language", "remove the tag")

    def _open(self, event: Any, node: Map | Seq) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._at(event, f"this is nested more than {MAX_DEPTH} levels deep", "flatten it")
        if event.tag is not None:
            raise self._at(event, f"the tag {str(event.tag)[:80]} is not part of the language", "remove the tag")
        if self.is_map and self.key is None:
            raise self._at(event, "a key must be a plain word, not a list or mapping", "write the key as text")
        node.file, node.event = self.file, event
        self._counted(event)
        self._add(node, event)
        self.stack.append((self.node, self.is_map, event.anchor, self.count + self.aliased))
        self.node = node
        if isinstance(node, Map):
            node.places, self.is_map = {}, True
        else:
            node.places, self.is_map = [], False

    def _close(self) -> None:
        node = self.node
        self.node, self.is_map, anchor, before = self.stack.pop()
        if isinstance(node, Map):
            _finish(node)
        if anchor is not None:
            self.anchors[anchor] = (node, self.count + self.aliased - before + 1)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self.anchors:
            name = event.anchor[:80]
            if any(event.anchor == opened for _, _, opened, _ in self.stack):
                raise self._at(event, f"the alias `{name}` stands inside what it repeats", "move it out of there")
            raise self._at(event, f"the anchor `{name}` is not defined before this place", "define it above")
        if self.is_map and self.key is None:
            raise self._at(event, "an alias cannot be a key", "write the key as text")
        value, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self._at(event, f"aliases repeat more than {MAX_ALIASED} values", "write fewer nested aliases")
        self._add(value, event)

    def _add(self, value: Any, event: Any) -> None:
        owner = self.node
        if self.is_map:
            key = self.key
            text = key.value
            owner[text] = value  # type: ignore[index]
            owner.places[text] = (key.start_mark, key.end_mark, event.start_mark, event.end_mark)  # type: ignore
            self.key = None
        elif owner is None:
            self.root = value
        else:
            owner.append(value)  # type: ignore
            owner.places.append((event.start_mark, event.end_mark))  # type: ignore


def _finish(node: Map) -> None:
    """Resolve a merge key and take out the free `x-` keys."""
    for key in [key for key in node if key.startswith("x-")]:
        del node[key], node.places[key]
    if "<<" not in node:
        return
    fault = SourceFault(node.value_span("<<"), "`<<` merges mappings only", "give it an alias: `<<: *name`")
    merged = node.pop("<<")
    del node.places["<<"]
    for other in merged if isinstance(merged, Seq) else [merged]:
        if not isinstance(other, Map):
            raise fault
        for key, value in other.items():
            if key not in node:
                node[key] = value
                node.places[key] = other.places[key]
