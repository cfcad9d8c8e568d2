"""The command line: arguments in, exit code out."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys

# A run is short, keeps what it makes, and makes few cycles: looking for them costs a third of its time.
gc.disable()


def _leave(number: int, _: object) -> None:
    """End as by Ctrl-C: kernels are stopped and temporary files removed on the way out."""
    sys.exit(128 + number)


def main() -> None:
    """Run a command; the world's faults become a sentence, never a traceback."""
    from lvsc.cli import codes
    from lvsc.cli.app import commands
    from lvsc.finding import LvscError, Refused

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    try:
        commands(sys.argv[1:])()
    except LvscError as error:
        from lvsc.report import plain_lines

        print(plain_lines(f"lvsc: {error}"), file=sys.stderr)
        if error.remedy:
            print(plain_lines(f"  help: {error.remedy}"), file=sys.stderr)
        sys.exit(codes.REFUSED if isinstance(error, Refused) else codes.UNREADABLE)
    except KeyboardInterrupt:
        sys.exit(codes.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(codes.UNREADABLE)
