"""YAML text to nodes that know their file, line and column."""

from lvsc.source.nodes import Map, Seq, place
from lvsc.source.outline import KeyPath, Outline
from lvsc.source.reader import MAX_BYTES, read
from lvsc.source.remarks import Remark, remarks
from lvsc.source.span import SourceFault, Span

__all__ = ["MAX_BYTES", "KeyPath", "Map", "Outline", "Remark", "Seq", "SourceFault", "Span", "place", "read", "remarks"]
