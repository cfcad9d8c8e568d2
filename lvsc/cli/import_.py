"""`lvsc import`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lvsc.cli import codes
from lvsc.cli.foreign import FormatName

EXAMPLE = "Example: lvsc import lvs1/keepalived.conf lvs2/keepalived.conf -o cluster.lvsc.yaml"


def import_(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE]...", help="keepalived.conf, ldirectord.cf or ipvsadm rules; `-` for standard input."
        ),
    ] = None,
    output: Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="Where the topology goes.")] = "-",
    format_: Annotated[
        FormatName | None, typer.Option("--format", "-f", help="The files' format; else by what they say.")
    ] = None,
    config_id: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="keepalived's config id, for lines with @ID; one director for each."),
    ] = None,
    snapshot: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A director as it is (lvsc snapshot), file or folder; may be repeated."),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="This host as it is: its IPVS table, its addresses, its keepalived.conf.")
    ] = False,
    include_anywhere: Annotated[
        bool, typer.Option("--include-anywhere", help="Follow `include` outside the file's folder, too.")
    ] = False,
) -> None:
    """Make a topology of other programs' files.

    Files of several directors make one cluster. What the files cannot say is guessed and marked; what the language
    has no place for is listed at the end of the topology and on standard error.

    Exit code 1 when something in the files is wrong; the topology is written all the same.
    """
    from lvsc.cli.console import say, use_color
    from lvsc.cli.files import read_files, write_text
    from lvsc.cli.foreign import here_and_now, included, of_snapshots, sources
    from lvsc.finding import LvscError, Severity
    from lvsc.importers import Options, import_sources
    from lvsc.report import Report, counted, form

    found = sources(read_files(paths), format_) if paths else []
    found += of_snapshots(snapshot or [])
    found += [here_and_now()] if live else []
    if not found:
        raise LvscError(
            "there is no keepalived.conf, ldirectord.cf or ipvsadm rules to read",
            "name files, or say --format or --live",
        )
    imported = import_sources(found, Options(tuple(config_id or ()), included(include_anywhere)))
    findings = sorted(imported.findings, key=lambda finding: finding.sort_key)
    sys.stderr.write(form("full").render(Report(findings, sources=imported.sources), use_color(sys.stderr)))
    for remark in imported.remarks:
        say(remark)
    if imported.text is not None:
        write_text(output, imported.text)
    where = "" if output == "-" or imported.text is None else f"wrote {output}; "
    say(f"lvsc: {where}{counted(findings)}, {len(imported.remarks)} remarks")
    if imported.text is None:
        raise typer.Exit(codes.UNREADABLE)
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise typer.Exit(codes.FINDINGS)
