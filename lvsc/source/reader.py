"""YAML text to Map, Seq and plain values, each with its place, in one pass over the parser's events."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.error import YAMLError
from ruamel.yaml.reader import ReaderError

from lvsc.source.builder import Builder
from lvsc.source.events import as_fault, next_event
from lvsc.source.nodes import Map
from lvsc.source.span import SourceFault, Span

MAX_BYTES = 64 << 20
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
    try:
        root = Builder(file, next_event(text)).document()
    except ReaderError as error:
        raise _stray(file, text) or as_fault(file, error, text) from error
    except YAMLError as error:
        raise as_fault(file, error, text) from error
    return _mapping(file, root)


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
