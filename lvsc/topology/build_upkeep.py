"""How keepalived keeps a service, of the model: quorum, what becomes of failed real servers, scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lvsc.topology.desk import Desk
from lvsc.topology.model import Member, Origin
from lvsc.words import SCRIPTS, Protocol, Script, Upkeep

# lib/parser.c: a line of 1023 bytes is split.
LONGEST_COMMAND = 800


def upkeep(desk: Desk, said: Mapping[str, Any], origin: Origin, members: Sequence[Member]) -> Upkeep:
    """The upkeep of a service."""
    sorry = said.get("sorry_server") or {}
    found = Upkeep(
        quorum=said.get("quorum", 1),
        hysteresis=said.get("hysteresis", 0),
        alpha=said.get("alpha", False),
        omega=said.get("omega", False),
        inhibit=said.get("inhibit_on_failure", False),
        inhibit_sorry=sorry.get("inhibit", False),
        smtp_alert=said.get("smtp_alert"),
        **{name: script(desk, said[name], origin, name) for name in SCRIPTS if said.get(name)},
    )
    _reachable(desk, found, origin, members)
    twice = sorry.get("real_server") is not None and any(each.server == sorry["real_server"] for each in members)
    if twice and found.inhibit_sorry != found.inhibit:
        # check_data.c clears the sorry server's.
        inhibit = "true" if found.inhibit else "false"
        message = f"the sorry server is one of the real servers, whose `inhibit_on_failure` is {inhibit}"
        desk.say("contradiction", origin.at("sorry_server", "inhibit"), message, f"write `inhibit: {inhibit}`")
    return found


def script(desk: Desk, said: Mapping[str, Any], origin: Origin, *path: str | int) -> Script:
    """A program and its arguments."""
    command = said["command"]
    if not command[0].startswith("/"):
        desk.say(
            "wrong-value",
            origin.at(*path, "command", 0),
            f"`{command[0]}` is not an absolute path",
            "write the program's whole path, such as /usr/local/bin/check",
        )
    if len(" ".join(command)) > LONGEST_COMMAND:
        message = f"the command has more than {LONGEST_COMMAND} characters, and keepalived splits long lines"
        desk.say("wrong-value", origin.at(*path, "command"), message, "put it in a script of its own")
    return Script(tuple(command), said.get("user"))


def _reachable(desk: Desk, found: Upkeep, origin: Origin, members: Sequence[Member]) -> None:
    """keepalived would make the two smaller, and say so in its log alone (check_data.c: validate_check_config)."""
    total = sum(member.weight for member in members)
    if found.quorum > max(total, 1):
        message = f"`quorum` is {found.quorum}, but the weights of all real servers together are {total}"
        desk.say("contradiction", origin.at("quorum"), message, f"write {max(total, 1)} or less")
    if found.hysteresis >= found.quorum:
        message = f"`hysteresis` is {found.hysteresis}, not below `quorum`, {found.quorum}"
        desk.say("contradiction", origin.at("hysteresis"), message, _at_most(found.quorum - 1))
    elif members and found.quorum + found.hysteresis > max(total, 1) >= found.quorum:
        needed = f"{found.quorum} + {found.hysteresis}"
        message = f"a lost quorum is regained at {needed}, but all weights together are {total}"
        desk.say("contradiction", origin.at("hysteresis"), message, _at_most(total - found.quorum))


def _at_most(number: int) -> str:
    return f"write {number} or less" if number else "remove `hysteresis`"


def engine(desk: Desk, said: Mapping[str, Any], protocols: Sequence[Protocol], origin: Origin) -> str | None:
    """The persistence engine; ip_vs_pe_sip.c reads UDP alone."""
    details = said.get("persistence")
    name: str | None = details.get("engine") if isinstance(details, Mapping) else None
    others = [protocol.value for protocol in protocols if protocol is not Protocol.UDP]
    if name is not None and others and origin.says("persistence"):
        message = f"the persistence engine {name} reads UDP, but the service has protocol {' and '.join(others)}"
        remedy = "write `protocol: udp`, or remove `engine`"
        desk.say("contradiction", origin.at("persistence", "engine"), message, remedy)
    return None if others else name
