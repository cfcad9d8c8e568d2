"""ipvsadm-save output: the lines that `ipvsadm -R` takes, with or without -n, with or without `ipvsadm` in front."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from lvsc.importers.draft import Said, Server, Tunnel, Unit, VirtualServer
from lvsc.importers.ipvsadm_lines import Words, words_of
from lvsc.importers.keepalived_services import prefix
from lvsc.importers.ledger import Ledger, clean
from lvsc.importers.text import lines_of
from lvsc.importers.values import address, host_and_port, port
from lvsc.source import Span
from lvsc.words import Address, Family, ForwardingMethod, Protocol, Scheduler, SchedulerFlag, TunnelType

_PERSISTENCE, _MAX_MARK, _MAX_WEIGHT, _MAX_COUNT = 300, 4_294_967_295, 65_535, 2_147_483_647
_MAX_SECONDS = 2_678_400
_PROTOCOLS = {"-t": Protocol.TCP, "-u": Protocol.UDP, "--sctp-service": Protocol.SCTP}
_METHODS = {"-g": ForwardingMethod.DR, "-i": ForwardingMethod.TUN, "-m": ForwardingMethod.NAT}
_FLAGS = {"fallback": SchedulerFlag.FALLBACK, "port": SchedulerFlag.PORT,
          "flag-1": SchedulerFlag.FALLBACK, "flag-2": SchedulerFlag.PORT}  # fmt: skip
Key = tuple[str, str, int]
Where = tuple[Address, int]


@dataclass(slots=True)
class _Found:
    service: VirtualServer
    servers: dict[Where, Server] = field(default_factory=dict)


class _Reader:
    """Reads the lines in order: a real server belongs to a service above it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.services: dict[Key, _Found] = {}

    def line(self, words: Words) -> None:
        """Add what one line says."""
        command = words.command.value
        if command in ("-A", "-E"):
            self._service(words)
        elif command in ("-a", "-e"):
            self._server(words)
        elif command == "-C":
            self.services.clear()
        elif command == "--start-daemon":
            self.ledger.no_place(words.command.at, "--start-daemon: say `sync` in a failover group")
        elif command == "--set":
            self.ledger.no_place(words.command.at, "--set: timeouts of connections")
        else:
            message = f"`{clean(command, 40)}` adds nothing: a table is made of -A and -a"
            self.ledger.warn("not-read", words.command.at, message, "remove the line")

    def _service(self, words: Words) -> None:
        found = self._who(words)
        if found is None:
            return
        key, service = found
        service = self._with_options(words, service)
        if key in self.services and words.command.value == "-A":
            first = self.services[key].service.at
            message = f"{key[1] or 'mark'} is added twice: `ipvsadm -R` refuses the second"
            self.ledger.error("duplicate-service", words.at, f"{message} (line {first.line} is the first)", "keep one")
            return
        servers = self.services[key].servers if key in self.services else {}
        self.services[key] = _Found(service, servers)

    def _who(self, words: Words) -> tuple[Key, VirtualServer] | None:
        """The service that a line is about."""
        for option, protocol in _PROTOCOLS.items():
            said = words.options.get(option)
            if said is not None:
                return self._addressed(words, said, protocol)
        said = words.options.get("-f")
        if said is None:
            self.ledger.error("wrong-value", words.at, "this line names no service", "add -t, -u or -f")
            return None
        mark = _int(said.value, 1, _MAX_MARK)
        if mark is None:
            message = f"`{clean(said.value, 40)}` is no firewall mark"
            self.ledger.error("wrong-value", said.at, message, "write a number from 1")
            return None
        family = Family.V6 if "-6" in words.options else Family.V4
        service = _plain(said.at, Said(Protocol.TCP, said.at), None, 0)
        return ("f", str(family.value), mark), replace(service, mark=Said(mark, said.at), family=family)

    def _addressed(self, words: Words, said: Said[str], protocol: Protocol) -> tuple[Key, VirtualServer] | None:
        host, own = host_and_port(said.value)
        found = address(self.ledger, host, said.at)
        number = port(self.ledger, own, said.at, protocol.value) if own is not None else 0
        if found is None or number is None:
            return None
        key = (protocol.value, str(found), number)
        return key, _plain(said.at, Said(protocol, said.at), found, number)

    def _with_options(self, words: Words, service: VirtualServer) -> VirtualServer:
        scheduler = self._scheduler(words)
        timeout, mask = self._persistence(words), words.options.get("-M")
        netmask = prefix(mask.value) if mask is not None else None
        if mask is not None and (netmask is None or timeout is None):
            message = f"`-M {clean(mask.value, 40)}` is no contiguous netmask, or there is no -p"
            self.ledger.warn("wrong-value", mask.at, message, "write `-p SECONDS -M 255.255.255.0`")
        one = words.options.get("-o")
        if one is not None and service.mark is None and service.protocol.value is not Protocol.UDP:
            self.ledger.warn("contradiction", one.at, "`-o` is for UDP: it does nothing here", "remove it")
            one = None
        engine = words.options.get("--pe")
        if engine is not None and (engine.value != "sip" or timeout is None):
            self.ledger.no_place(engine.at, f"--pe {clean(engine.value, 40)}")
            engine = None
        return replace(
            service, engine=engine, scheduler=scheduler, flags=self._flags(words, scheduler.value), persistence=timeout,
            netmask=Said(netmask, mask.at) if mask is not None and netmask is not None and timeout else None,
            one_packet=Said(True, one.at) if one is not None else None,
        )  # fmt: skip

    def _scheduler(self, words: Words) -> Said[Scheduler]:
        said = words.options.get("-s")
        if said is None:
            return Said(Scheduler.WLC, words.at)
        try:
            return Said(Scheduler(said.value), said.at)
        except ValueError:
            known = ", ".join(each.value for each in Scheduler)
            message = f"`{clean(said.value, 40)}` is no scheduler of the kernel"
            self.ledger.error("wrong-value", said.at, message, f"write one of: {known}")
            return Said(Scheduler.WLC, said.at)

    def _persistence(self, words: Words) -> Said[int] | None:
        said = words.options.get("-p")
        if said is None:
            return None
        value = _int(said.value, 1, _MAX_SECONDS) if said.value else _PERSISTENCE
        if value is None:
            message = f"`-p {clean(said.value, 40)}` is no number from 1 to {_MAX_SECONDS}"
            self.ledger.warn("wrong-value", said.at, message, "write seconds")
        return Said(value, said.at) if value is not None else None

    def _flags(self, words: Words, scheduler: Scheduler) -> tuple[SchedulerFlag, ...]:
        said = words.options.get("-b")
        if said is None:
            return ()
        found = set()
        for word in said.value.split(","):
            flag = _FLAGS.get(word.removeprefix(f"{scheduler.value}-"))
            if flag is None or scheduler not in (Scheduler.SH, Scheduler.MH):
                message = f"`{clean(word, 40)}` is no flag of the scheduler {scheduler.value}"
                self.ledger.warn("wrong-value", said.at, message, "remove it, or choose sh or mh")
            else:
                found.add(flag)
        return tuple(flag for flag in SchedulerFlag if flag in found)

    def _server(self, words: Words) -> None:
        found = self._who(words)
        said = words.options.get("-r")
        if found is None or said is None:
            if found is not None:
                self.ledger.error("wrong-value", words.at, "this line names no real server", "add -r")
            return
        key, _ = found
        if key not in self.services:
            self.ledger.error("unknown-name", words.at, "this real server belongs to no service above", "add its -A")
            return
        server = self._real(words, said)
        if server is not None:
            self._add(self.services[key].servers, server, words)

    def _add(self, servers: dict[Where, Server], server: Server, words: Words) -> None:
        where = server.address, server.port.value if server.port else 0
        if where in servers and words.command.value == "-a":
            message = f"real server {server.address} is added twice: `ipvsadm -R` refuses the second"
            self.ledger.error("duplicate-name", server.at, message, "keep one of the two")
            return
        servers[where] = server

    def _real(self, words: Words, said: Said[str]) -> Server | None:
        host, own = host_and_port(said.value)
        found = address(self.ledger, host, said.at)
        number = port(self.ledger, own, said.at) if own is not None else 0
        if found is None or number is None:
            return None
        method = next(
            (Said(value, words.options[key].at) for key, value in _METHODS.items() if key in words.options),
            Said(ForwardingMethod.DR, said.at),
        )
        upper, lower = self._number(words, "-x", _MAX_COUNT), self._number(words, "-y", _MAX_COUNT)
        if lower is not None and lower.value > (upper.value if upper else 0):
            message = f"`-y {lower.value}` is above the upper threshold: the kernel refuses it"
            self.ledger.error("contradiction", lower.at, message, "write a lower number")
            lower = None
        return Server(
            found, Said(number, said.at) if number else None, said.at, method, self._tunnel(words),
            self._weight(words), upper if upper and upper.value else None,
            lower if lower and lower.value else None,
        )  # fmt: skip

    def _weight(self, words: Words) -> Said[int] | None:
        said = self._number(words, "-w", _MAX_COUNT)
        if said is not None and said.value > _MAX_WEIGHT:
            self.ledger.no_place(said.at, f"-w {said.value} ({_MAX_WEIGHT} instead)")
            return Said(_MAX_WEIGHT, said.at)
        return said

    def _number(self, words: Words, option: str, most: int) -> Said[int] | None:
        said = words.options.get(option)
        value = _int(said.value, 0, most) if said is not None else None
        if said is not None and value is None:
            message = f"`{option} {clean(said.value, 40)}` is no number from 0 to {most}"
            self.ledger.error("wrong-value", said.at, message, "write a number")
        return Said(value, said.at) if said is not None and value is not None else None

    def _tunnel(self, words: Words) -> Tunnel:
        said = words.options.get("--tun-type")
        for option in ("--tun-csum", "--tun-remcsum"):
            if option in words.options:
                self.ledger.no_place(words.options[option].at, option)
        if said is None:
            return Tunnel()
        if said.value.upper() not in TunnelType.__members__:
            message = f"`{clean(said.value, 40)}` is no tunnel that IPVS has"
            self.ledger.error("wrong-value", said.at, message, "write ipip, gue or gre")
            return Tunnel()
        kind = TunnelType[said.value.upper()]
        own = self._number(words, "--tun-port", 65535)
        if kind is TunnelType.GUE and not (own and own.value):
            self.ledger.error("wrong-value", said.at, "a gue tunnel without --tun-port", "add `--tun-port NUMBER`")
            return Tunnel()
        return Tunnel(kind, own.value if own and kind is TunnelType.GUE else None)


def read_ipvsadm(ledger: Ledger, file: str, data: bytes) -> tuple[Unit, dict[str, list[str]]]:
    """The director whose table the rules are, and their text."""
    lines = lines_of(ledger, file, data) or []
    reader = _Reader(ledger)
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#"):
            words = words_of(ledger, file, number, line)
            if words is not None:
                reader.line(words)
    found = reader.services.values()
    services = tuple(replace(each.service, servers=tuple(each.servers.values()), checked=False) for each in found)
    return Unit(file=file, services=services, checks=False, start=Span(file, 1, 1, 1, 2)), {file: lines}


def _plain(at: Span, protocol: Said[Protocol], found: Address | None, number: int) -> VirtualServer:
    return VirtualServer(
        at=at, protocol=protocol, address=Said(found, at) if found is not None else None, port=Said(number, at),
        mark=None, scheduler=Said(Scheduler.WLC, at), method=Said(ForwardingMethod.DR, at), servers=(),
    )  # fmt: skip


def _int(text: str, low: int, high: int) -> int | None:
    """A number as ipvsadm reads it: decimal."""
    if not (text.isdecimal() and text.isascii()) or len(text) > 12:
        return None
    return int(text) if low <= int(text) <= high else None
