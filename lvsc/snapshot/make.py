"""Hosts of the form as HostStates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from lvsc.snapshot.defaults import LOOPBACK, anywhere, kind_of, mtu_of, role_of
from lvsc.snapshot.form_case import HostForm
from lvsc.snapshot.form_firewall import ChainForm, FilterRuleForm
from lvsc.snapshot.form_network import AddressForm, LinkForm, RouteForm, RuleForm, VrrpForm
from lvsc.snapshot.make_ipvs import service
from lvsc.state import (
    Chain,
    FilterRule,
    Held,
    HostState,
    Link,
    Listener,
    MarkRule,
    Neighbour,
    PolicyRule,
    Route,
    SyncDaemon,
    VrrpInstance,
)
from lvsc.words import Family, family_of

_MAIN_PRIORITY = 32766


def host(form: HostForm) -> HostState:
    """The HostState of a host; destinations without a name have none yet."""
    links = tuple(_links(form))
    segments = {link.segment for link in links if link.segment}
    return HostState(
        name=form.name,
        role=form.role or role_of(bool(form.ipvs), bool(form.listens), len(segments)),
        managed=form.managed,
        links=links,
        addresses=tuple(_addresses(form)),
        routes=tuple(map(_route, form.routes)),
        sysctls=tuple(form.sysctls),
        early=tuple(form.early),
        late=tuple(form.late),
        marks=tuple(MarkRule(**_ported(each)) for each in form.marks),
        ipvs=tuple(map(service, form.ipvs)),
        vrrp=tuple(map(_vrrp, form.vrrp)),
        sync=SyncDaemon(**values(form.sync)) if form.sync else None,
        unknown=frozenset(form.unknown),
        rules=tuple(_rules(form.rules)),
        neighbours=tuple(Neighbour(**values(each)) for each in form.neighbours),
        chains=tuple(map(_chain, form.chains)),
        listens=tuple(Listener(**values(each)) for each in form.listens),
        unmodelled=tuple(form.unmodelled),
        timeouts=form.timeouts,
    )


def values(form: BaseModel) -> dict[str, Any]:
    """The fields of a form by name, as a dataclass takes them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in form}


def _links(form: HostForm) -> Iterator[Link]:
    """Its devices in order; every host has lo, whether it says so or not."""
    found: dict[str, Link] = {}
    if all(link.name != "lo" for link in form.links):
        found["lo"] = LOOPBACK
    for link in form.links:
        found[link.name] = _link(link, found)
    yield from found.values()


def _link(form: LinkForm, before: dict[str, Link]) -> Link:
    given = values(form)
    del given["addresses"]
    kind = form.kind or kind_of(form.name)
    mtu = form.mtu or mtu_of(kind, before.get(form.parent or ""))
    return Link(**{**given, "kind": kind, "mtu": mtu})


def _addresses(form: HostForm) -> Iterator[Held]:
    """Those written in their devices first, then those of the list."""
    for link in form.links:
        for each in link.addresses:
            nested = values(each) if isinstance(each, AddressForm) else {"address": each}
            yield Held(device=link.name, **nested)
    for listed in form.addresses:
        yield Held(**values(listed))


def _route(form: RouteForm) -> Route:
    given = values(form)
    family = given.pop("family")
    if form.to == "default":
        near = form.via or form.source
        given["to"] = anywhere(family.value if family else near.version if near else 4)
    return Route(**given)


def _rules(forms: list[RuleForm]) -> Iterator[PolicyRule]:
    """A rule without priority comes before all that were there (net/core/fib_rules.c: fib_default_rule_pref)."""
    lowest = dict.fromkeys(Family, _MAIN_PRIORITY)
    for form in forms:
        given = values(form)
        near = form.source or form.to
        family = form.family or (family_of(near) if near else Family.V4)
        priority = lowest[family] - 1 if form.priority is None else form.priority
        if priority:
            lowest[family] = min(lowest[family], priority)
        yield PolicyRule(**{**given, "family": family, "priority": priority})


def _chain(form: ChainForm) -> Chain:
    return Chain(**{**values(form), "rules": tuple(map(_filter_rule, form.rules))})


def _filter_rule(form: FilterRuleForm) -> FilterRule:
    given = _ported(form)
    for name in ("states", "negated"):
        given[name] = frozenset(given[name])
    given["ipvs"] = (form.ipvs.address, form.ipvs.port) if form.ipvs else None
    return FilterRule(**given)


def _ported(form: BaseModel) -> dict[str, Any]:
    """Single ports as ranges of one."""
    given = values(form)
    for name in {"ports", "source_ports"} & set(given):
        given[name] = tuple((port, port) if isinstance(port, int) else port for port in given[name])
    return given


def _vrrp(form: VrrpForm) -> VrrpInstance:
    addresses = tuple((each.address, each.device) for each in form.addresses)
    return VrrpInstance(**{**values(form), "group": form.group or form.name, "addresses": addresses})
