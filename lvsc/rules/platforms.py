"""What the rules about clouds share: those whose networks are routed by address, without broadcasts."""

from __future__ import annotations

from lvsc.finding import Note
from lvsc.topology import Segment
from lvsc.words import Platform

CLOUDS = (Platform.AWS, Platform.GCP, Platform.AZURE)


def network_note(segment: Segment) -> Note:
    """The place that says what carries a network."""
    return Note(segment.origin.at("platform"), f"network {segment.name}")
