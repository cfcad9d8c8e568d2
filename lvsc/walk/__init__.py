"""A packet's way from a client to a service and back, over what every host holds."""

from lvsc.walk.play import Walk, walk_case
from lvsc.walk.talk import Talk
from lvsc.walk.trace import End, Fact, FactKind, Hop, distinct

__all__ = ["End", "Fact", "FactKind", "Hop", "Talk", "Walk", "distinct", "walk_case"]
