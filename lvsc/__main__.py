"""`python -m lvsc`."""

from lvsc.cli import main

main()
