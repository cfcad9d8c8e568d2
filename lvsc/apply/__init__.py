"""Changes made to a live host, all or nothing: lock, journal, perform, verify, undo in reverse."""
