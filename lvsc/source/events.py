"""The stream of YAML events, from libyaml where it is installed, else from ruamel.yaml's own parser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ruamel.yaml.error import YAMLError

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
    """The pure parser's events; what it lets through or stumbles over where libyaml refuses is refused here."""
    from ruamel.yaml import YAML

    try:
        before: Any = None
        for event in YAML(typ="safe", pure=True).parse(text):
            value = getattr(event, "value", None)
            if value == "" and event.start_mark.index == event.end_mark.index:
                event.start_mark = event.end_mark = (
                    before.end_mark
                )  # it gives a missing value the place of the next key
            elif value is not None and not value.isascii():
                value.encode()
            before = event
            yield event
    except (ValueError, OverflowError) as error:
        raise YAMLError("an escape stands for no character") from error


def as_fault(file: str, error: YAMLError, text: str) -> SourceFault:
    """What the parser says, as a fault of the file: where text ends too early, at the quote or bracket left open."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    opened = getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or (str(error.args[0]) if error.args else "it cannot be read")
    context = getattr(error, "context", None)
    at, start = _at(file, mark), _at(file, opened)
    if mark is not None and "cannot start any token" in said and mark.index < len(text):
        return _bad_start(at, text[mark.index])
    message = f"this is not YAML: {said[:200]}" + (f" ({context[:200]})" if context else "")
    remedy = "mend the indentation, quotes or brackets at this place"
    if "unexpected ':'" in said:
        remedy = "put the value in quotes; IPv6 addresses need them between brackets"
    if opened is None or start == at:
        return SourceFault(at, message, remedy)
    if "end" in said and "stream" in said:
        return SourceFault(start, message, "close the quote or bracket that opens here", (at, "the file ends here"))
    return SourceFault(at, message, remedy, (start, "it starts here"))


def _at(file: str, mark: Any) -> Span:
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Span(file, line, column, line, column + 1)


def _bad_start(at: Span, char: str) -> SourceFault:
    if char == "\t":
        return SourceFault(at, "this is not YAML: a tab stands where spaces must indent", "indent with spaces")
    return SourceFault(at, f"this is not YAML: no plain value starts with {char}", "put the value in quotes")
