"""Wanted against live: ordered changes with their undo, proved safe before the first is made. No effects."""
