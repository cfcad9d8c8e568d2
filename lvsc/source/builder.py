"""The parser's events to Map, Seq and plain values, by recursive descent; MAX_DEPTH bounds the recursion."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from lvsc.source.events import NextEvent
from lvsc.source.nodes import Map, Seq, span_of
from lvsc.source.scalars import resolve
from lvsc.source.span import SourceFault

MAX_DEPTH = 64
MAX_KEY = 1024
MAX_SCALAR = 64 << 10
MAX_VALUES = 1_000_000
MAX_ALIASED = 1_000_000
_SPECIAL = ("<<", "x-")
_STRING_TAGS = ("!", "tag:yaml.org,2002:str")


class Builder:
    """Builds the tree of one document."""

    def __init__(self, file: str, event_of: NextEvent) -> None:
        self.file = file
        self.event_of = event_of
        self.opened: list[str | None] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.aliased = 0

    def document(self) -> Any:
        """The root of the only document; None where there is none."""
        self.event_of()
        event = self.event_of()
        if type(event) is not DocumentStartEvent:
            return None
        root = self._value(self.event_of())
        event = self.event_of()
        while type(event) is DocumentEndEvent:
            event = self.event_of()
        if type(event) is DocumentStartEvent:
            raise self._at(event, "a second document starts here", "keep one topology a file, without `---`")
        return root

    def _at(self, event: Any, message: str, remedy: str) -> SourceFault:
        return SourceFault(span_of(self.file, event), message, remedy)

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        return self._collection(event, self._map if kind is MappingStartEvent else self._seq)

    def _scalar(self, event: Any) -> Any:
        value = event.value
        if len(value) > MAX_SCALAR:
            raise self._at(event, f"this value has {len(value)} characters, more than {MAX_SCALAR}", "shorten it")
        if event.tag is not None:
            self._refuse_tag(event)
        elif event.implicit[0]:
            value = resolve(value)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)
        return value

    def _refuse_tag(self, event: Any) -> None:
        if str(event.tag) not in _STRING_TAGS:
            raise self._at(event, f"the tag {str(event.tag)[:80]} is not part of the language", "remove the tag")

    def _collection(self, event: Any, build: Any) -> Any:
        if len(self.opened) >= MAX_DEPTH:
            raise self._at(event, f"this is nested more than {MAX_DEPTH} levels deep", "flatten it")
        if event.tag is not None:
            raise self._at(event, f"the tag {str(event.tag)[:80]} is not part of the language", "remove the tag")
        self.opened.append(event.anchor)
        before = self.count + self.aliased
        node = build(event)
        self.opened.pop()
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.count + self.aliased - before + 1)
        return node

    def _map(self, start: Any) -> Map:
        node, event_of = Map(), self.event_of
        node.file, node.event, node.places = self.file, start, {}
        places, special = node.places, False
        while type(key := event_of()) is ScalarEvent:
            text = key.value
            if text in node or text[:2] in _SPECIAL or len(text) > MAX_KEY or len(node) > MAX_VALUES or _marked(key):
                special = self._odd_key(key, node) or special
            event = event_of()
            node[text] = self._scalar(event) if type(event) is ScalarEvent else self._value(event)
            places[text] = (key, event)
        if type(key) is not MappingEndEvent:
            raise self._no_key(key)
        self._counted(start, len(node))
        if special:
            _finish(node)
        return node

    def _odd_key(self, event: Any, node: Map) -> bool:
        """Refuse a key, or note its anchor; whether it is one that `_finish` looks at."""
        text: str = event.value
        if event.tag is not None:
            self._refuse_tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = (text, 1)
        if len(text) > MAX_KEY:
            raise self._at(event, f"this key has {len(text)} characters, more than {MAX_KEY}", "shorten it")
        if text in node:
            fault = self._at(event, f"the key `{text[:80]}` stands twice", "keep one of the two")
            fault.related = (node.key_span(text), "it stands here first")
            raise fault
        if len(node) > MAX_VALUES:
            self._counted(event, len(node))
        return text == "<<" or text.startswith("x-")

    def _no_key(self, event: Any) -> SourceFault:
        if type(event) is AliasEvent:
            return self._at(event, "an alias cannot be a key", "write the key as text")
        return self._at(event, "a key must be a plain word, not a list or mapping", "write the key as text")

    def _seq(self, start: Any) -> Seq:
        node, event_of = Seq(), self.event_of
        node.file, node.event, node.places = self.file, start, []
        while type(event := event_of()) is not SequenceEndEvent:
            node.append(self._value(event))
            node.places.append(event)
            self._counted(event, 1)
        return node

    def _counted(self, event: Any, values: int) -> None:
        self.count += values
        if self.count > MAX_VALUES:
            raise self._at(event, f"the file holds more than {MAX_VALUES} values", "split it into several files")

    def _alias(self, event: Any) -> Any:
        name = event.anchor[:80]
        if event.anchor in self.opened:
            raise self._at(event, f"the alias `{name}` stands inside what it repeats", "move it out of there")
        if event.anchor not in self.anchors:
            raise self._at(event, f"the anchor `{name}` is not defined before this place", "define it above")
        value, size = self.anchors[event.anchor]
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self._at(event, f"aliases repeat more than {MAX_ALIASED} values", "write fewer nested aliases")
        return value


def _marked(event: Any) -> bool:
    return event.anchor is not None or event.tag is not None


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
