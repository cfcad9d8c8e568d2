"""A recorded packet filter as input for iptables-restore, or for nft where its chains are not those of iptables.

iptables-legacy comes first: user-mode Linux has no nftables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lvsc.finding import LvscError
from lvsc.lab.raw_nft import ruleset
from lvsc.state import Act, Chain, FilterRule, Hook, HostState
from lvsc.state.marking import chains

# The chains of iptables: table, hooks, priority (include/uapi/linux/netfilter_ipv4.h).
_CHAINS = {
    **{(hook, -300, False): "raw" for hook in (Hook.PREROUTING, Hook.OUTPUT)},
    **{(hook, -150, False): "mangle" for hook in Hook},
    **{(hook, -100, True): "nat" for hook in (Hook.PREROUTING, Hook.OUTPUT)},
    **{(hook, 100, True): "nat" for hook in (Hook.INPUT, Hook.POSTROUTING)},
    **{(hook, 0, False): "filter" for hook in (Hook.INPUT, Hook.FORWARD, Hook.OUTPUT)},
}
_FAMILIES = {"ip": ("ip",), "ip6": ("ip6",), "inet": ("ip", "ip6")}
_TOOLS = {"ip": "iptables-legacy-restore", "ip6": "ip6tables-legacy-restore"}
_ALIKE = {"icmpv6": "ip6", "icmp": "ip"}


def needs_nft(state: HostState) -> bool:
    """Whether iptables cannot say what the host filters."""
    return _nft(chains(state))


def restores(state: HostState) -> Iterator[tuple[tuple[str, ...], str]]:
    """Commands with their input."""
    found = chains(state)
    for chain in found:
        for rule in chain.rules:
            if rule.unmodelled:
                raise LvscError(f"{state.name} has a rule that lvsc cannot build: {rule.unmodelled}")
    if _nft(found):
        yield ("nft", "-f", "-"), ruleset(found)
        return
    for family, tool in _TOOLS.items():
        text = _restore([chain for chain in found if family in _FAMILIES[chain.family]], family)
        if text:
            yield (tool,), text


def _nft(found: Iterable[Chain]) -> bool:
    return any(chain.family not in _FAMILIES or _key(chain) not in _CHAINS for chain in found)


def _key(chain: Chain) -> tuple[Hook, int, bool]:
    return chain.hook, chain.priority, chain.nat


def _restore(found: list[Chain], family: str) -> str:
    lines: list[str] = []
    for table in dict.fromkeys(_CHAINS.values()):
        own = [chain for chain in found if _CHAINS[_key(chain)] == table]
        if own:
            policies = {chain.hook: "DROP" if chain.drop else "ACCEPT" for chain in own}
            lines += [f"*{table}", *(f":{hook.value.upper()} {policy} [0:0]" for hook, policy in policies.items())]
            lines += [line for chain in own for rule in chain.rules for line in _lines(chain, rule, family)]
            lines.append("COMMIT")
    return "".join(f"{line}\n" for line in lines)


def _lines(chain: Chain, rule: FilterRule, family: str) -> Iterator[str]:
    """A rule, where it can match this family; ports without a protocol are those of both."""
    networks = [each for each in (rule.source, rule.destination) if each]
    if any(f"ip{'6' if each.version == 6 else ''}" != family for each in networks):
        return
    if _ALIKE.get(rule.protocol or "", family) != family:
        return
    if (rule.ports or rule.source_ports) and rule.protocol is None:
        for protocol in ("tcp", "udp"):
            yield from _lines(chain, replace(rule, protocol=protocol), family)
        return
    yield " ".join([f"-A {chain.hook.value.upper()}", *_matches(rule), *_target(rule)])


def _matches(rule: FilterRule) -> Iterator[str]:
    def sign(field: str) -> str:
        return "! " if field in rule.negated else ""

    plain = {"protocol": "-p", "source": "-s", "destination": "-d", "device_in": "-i", "device_out": "-o"}
    for field, option in plain.items():
        value = getattr(rule, field)
        if value is not None:
            yield f"{sign(field)}{option} {value}"
    for field, option in (("source_ports", "--sports"), ("ports", "--dports")):
        ports = getattr(rule, field)
        if ports:
            spelled = ",".join(str(low) if low == high else f"{low}:{high}" for low, high in ports)
            yield f"-m multiport {sign(field)}{option} {spelled}"
    if rule.syn is not None:
        yield f"{'! ' if ('syn' in rule.negated) == rule.syn else ''}--syn"
    if rule.states:
        yield f"-m conntrack {sign('states')}--ctstate {','.join(sorted(each.upper() for each in rule.states))}"
    if rule.mark is not None:
        yield f"-m mark {sign('mark')}--mark {rule.mark}"
    if rule.mac is not None:
        yield f"-m mac {sign('mac')}--mac-source {rule.mac}"
    if rule.ipvs is not None:
        address, port = rule.ipvs
        yield f"-m ipvs {sign('ipvs')}--vaddr {address}" + (f" --vport {port}" if port else "")


def _target(rule: FilterRule) -> Iterator[str]:
    targets = {
        Act.ACCEPT: "ACCEPT",
        Act.DROP: "DROP",
        Act.REJECT: "REJECT",
        Act.MARK: f"MARK --set-mark {rule.set_mark}",
        Act.NOTRACK: "CT --notrack",
        Act.MASQUERADE: "MASQUERADE",
        Act.SNAT: f"SNAT --to-source {rule.to}",
        Act.DNAT: f"DNAT --to-destination {rule.to}",
    }
    if rule.act in targets:
        yield f"-j {targets[rule.act]}"
