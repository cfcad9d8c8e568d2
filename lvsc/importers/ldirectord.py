"""ldirectord.cf, as ldirectord and UltraMonkey read it: `key = value`, virtual services by indentation."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from lvsc.finding import nearest
from lvsc.importers.draft import Said, Server, Tunnel, Unit, VirtualServer
from lvsc.importers.keepalived_services import prefix
from lvsc.importers.ldirectord_checks import check_of
from lvsc.importers.ldirectord_servers import real_servers, virtual
from lvsc.importers.ldirectord_words import KNOWN, LIKE_GLOBAL, NO_PLACE, NOTHING, SECRET, TAKEN
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.text import lines_of
from lvsc.source import Span
from lvsc.words import ForwardingMethod, Scheduler

_SETTING = re.compile(r"(\s*)([A-Za-z0-9_-]+)(\s*=?>?\s*)(.*?)\s*")
_MAX_SECONDS = 2_678_400
MAX_SERVERS = 10_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One `key = value`, and where its value stands."""

    key: str
    value: Said[str]
    at: Span


class Settings:
    """The settings of one virtual service, with those of the whole file behind them."""

    def __init__(self, found: list[Setting], outer: Settings | None = None) -> None:
        self.found = found
        self.outer = outer

    def one(self, key: str) -> Said[str] | None:
        """The last value of a key; what holds for the whole file where the service says nothing."""
        own = [each.value for each in self.found if each.key == key]
        if own:
            return own[-1]
        return self.outer.one(key) if self.outer is not None and key in LIKE_GLOBAL else None

    def all(self, *keys: str) -> list[Said[str]]:
        """All values of these keys, in their order."""
        return [each.value for each in self.found if each.key in keys]


def read_ldirectord(ledger: Ledger, file: str, data: bytes) -> tuple[Unit, dict[str, list[str]]]:
    """The director that a file describes, and its text."""
    lines = lines_of(ledger, file, data) or []
    general, sections = _sections(ledger, file, lines)
    outer = Settings(general)
    _report(ledger, general)
    found: list[VirtualServer] = []
    for head, settings in sections:
        _report(ledger, settings)
        service = _service(ledger, head, Settings(settings, outer))
        if service is not None:
            found.append(service)
    return Unit(file=file, services=tuple(found), start=Span(file, 1, 1, 1, 2)), {file: lines}


def _sections(ledger: Ledger, file: str, lines: list[str]) -> tuple[list[Setting], list[tuple[Setting, list[Setting]]]]:
    """Settings of the whole file, and each virtual service with the indented lines below it."""
    general: list[Setting] = []
    sections: list[tuple[Setting, list[Setting]]] = []
    inside = False
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        setting, indented = _setting(ledger, file, number, line)
        if setting is None:
            continue
        if setting.key in ("virtual", "virtual6"):
            sections.append((setting, []))
            inside = True
        elif indented and inside:
            sections[-1][1].append(setting)
        else:
            inside = inside and indented
            general.append(setting)
    return general, sections


def _setting(ledger: Ledger, file: str, number: int, line: str) -> tuple[Setting | None, bool]:
    found = _SETTING.fullmatch(line)
    if found is None or "=" not in found[3]:
        span = Span(file, number, len(line) - len(line.lstrip()) + 1, number, len(line.rstrip()) + 1)
        ledger.error("unknown-keyword", span, "this line is no `key = value`", "correct it, or make it a comment: `#`")
        return None, False
    at = Span(file, number, found.start(2) + 1, number, found.end(2) + 1)
    value = Said(found[4], Span(file, number, found.start(4) + 1, number, max(found.start(4), found.end(4)) + 1))
    return Setting(found[2].lower(), value, at), bool(found[1])


def _report(ledger: Ledger, settings: list[Setting]) -> None:
    """What the language has no place for, what means nothing, and what nobody knows."""
    for each in settings:
        if each.key in SECRET:
            ledger.secret(each.value.at)
            ledger.left_out(each.at, f"{each.key}: a secret, or of no use without one")
        elif each.key in NOTHING:
            ledger.left_out(each.at, f"{each.key}: {NOTHING[each.key]}")
        elif each.key in NO_PLACE:
            ledger.no_place(each.at, f"{each.key}={clean(each.value.value, 60)}")
        elif each.key not in TAKEN:
            message = f"ldirectord does not know `{clean(each.key, 40)}`{nearest(each.key, KNOWN)}"
            ledger.warn("unknown-keyword", each.at, message, "correct or remove it")


def _service(ledger: Ledger, head: Setting, settings: Settings) -> VirtualServer | None:
    where = virtual(ledger, head.value, settings.one("protocol"))
    if where is None:
        return None
    address, port, mark, protocol = where
    members = list(itertools.islice(real_servers(ledger, settings.all("real", "real6")), MAX_SERVERS + 1))
    if len(members) > MAX_SERVERS:
        ledger.error("not-read", head.at, f"more than {MAX_SERVERS} real servers of one service", "split it")
    check = check_of(ledger, settings, head.at, port, protocol)
    servers = tuple(replace(each, checks=(check,) if check is not None else ()) for each in members)
    method = next((each.method for each in servers), Said(ForwardingMethod.NAT, head.at))
    timeout, netmask = _number(ledger, settings, "persistent"), _netmask(ledger, settings)
    if netmask is not None and timeout is None:
        ledger.left_out(netmask.at, "netmask: the service has no persistence")
    return VirtualServer(
        at=head.value.at, protocol=protocol, address=address, port=port, mark=mark,
        scheduler=_scheduler(ledger, head, settings), method=method, servers=servers, persistence=timeout,
        netmask=netmask if timeout is not None else None, sorry=_fallback(ledger, settings, port, method),
    )  # fmt: skip


def _scheduler(ledger: Ledger, head: Setting, settings: Settings) -> Said[Scheduler]:
    """wrr where nothing is said."""
    said = settings.one("scheduler")
    if said is None:
        return Said(Scheduler.WRR, head.at)
    try:
        return Said(Scheduler(said.value.lower()), said.at)
    except ValueError:
        known = ", ".join(each.value for each in Scheduler)
        message = f"`{clean(said.value, 40)}` is no scheduler of the kernel"
        ledger.error("wrong-value", said.at, message, f"write one of: {known}")
        return Said(Scheduler.WRR, said.at)


def _number(ledger: Ledger, settings: Settings, key: str) -> Said[int] | None:
    said = settings.one(key)
    if said is None:
        return None
    text = said.value
    if text.isdecimal() and text.isascii() and len(text) < 10 and 1 <= int(text) <= _MAX_SECONDS:
        return Said(int(text), said.at)
    message = f"`{key} = {clean(text, 40)}` is no number from 1 to {_MAX_SECONDS}"
    ledger.warn("wrong-value", said.at, message, "write seconds")
    return None


def _netmask(ledger: Ledger, settings: Settings) -> Said[int] | None:
    said = settings.one("netmask")
    length = prefix(said.value) if said is not None else None
    if said is not None and length is None:
        message = f"`{clean(said.value, 40)}` is no contiguous netmask"
        ledger.warn("wrong-value", said.at, message, "write a netmask such as 255.255.255.0")
    return Said(length, said.at) if said is not None and length is not None else None


def _fallback(ledger: Ledger, settings: Settings, port: Said[int], method: Said[ForwardingMethod]) -> Server | None:
    """`fallback = 127.0.0.1:80 gate`, the service's own or the file's."""
    said = settings.one("fallback") or settings.one("fallback6")
    if said is None:
        return None
    found = next(iter(real_servers(ledger, [said])), None)
    if found is None:
        return None
    if found.method.value is not method.value and " " in said.value:
        ledger.no_place(said.at, f"fallback={clean(said.value, 60)}: a forwarding method of its own")
    return replace(found, method=method, tunnel=Tunnel())
