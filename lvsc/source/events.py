"""The stream of YAML events, from libyaml where it is installed, else from ruamel.yaml's own parser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError

from lvsc.source.span import SourceFault, Span

NextEvent = Callable[[], Any]


def fast_parser() -> Callable[[str], Any] | None:
    """libyaml's parser (package ruamel.yaml.clib), or None where it is not installed."""
    try:
        from _ruamel_yaml import CParser
    except ImportError:
        return None
    parser: Callable[[str], Any] = CParser
    return parser


def next_event(text: str) -> NextEvent:
    """A function that gives the next event of the text at each call."""
    parser = fast_parser()
    if parser is not None:
        get: NextEvent = parser(text).get_event
        return get
    return _pure_events(text).__next__


def _pure_events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    return iter(YAML(typ="safe", pure=True).parse(text))


def as_fault(file: str, error: YAMLError) -> SourceFault:
    """What the parser says, as a fault of the file."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    said = (error.problem if isinstance(error, MarkedYAMLError) else None) or "it is not YAML"
    context = getattr(error, "context", None)
    message = f"this is not YAML: {said}" + (f" ({context})" if context else "")
    span = Span(file, line, column, line, column + 1)
    return SourceFault(span, message, "mend the indentation, quotes or brackets at this place")
