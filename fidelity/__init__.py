"""Does the walk say what a real kernel does? Random small clusters, played in both; `python -m fidelity --help`."""
