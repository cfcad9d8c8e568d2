"""Virtual services of the form as an IPVS table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lvsc.snapshot.defaults import owner
from lvsc.snapshot.form_ipvs import DestinationForm, HealthForm, ServiceForm, UpkeepForm
from lvsc.state import Destination, HealthCheck, Held, HostState, VirtualService
from lvsc.words import SCRIPTS, USUAL, Family, Script, Upkeep, family_of


def service(form: ServiceForm) -> VirtualService:
    """The virtual service; destinations without a name have an empty one until all hosts are known."""
    family = _family(form)
    made = VirtualService(
        name=form.name or "",
        family=family,
        protocol=form.protocol,
        address=form.address,
        port=form.port or 0,
        mark=form.mark,
        scheduler=form.scheduler,
        flags=tuple(form.flags),
        persistence=form.persistence,
        netmask=family.bits if form.netmask is None else form.netmask,
        one_packet=form.one_packet,
        helper=form.helper,
        destinations=tuple(_destination(each, form.port or 0) for each in form.destinations),
        checks=_checks(form.health),
        sorry=_destination(form.sorry, form.port or 0) if form.sorry else None,
        engine=form.engine,
        upkeep=_upkeep(form.upkeep) if form.upkeep else USUAL,
    )
    return made if form.name else replace(made, name=str(made))


def _family(form: ServiceForm) -> Family:
    """As stated, else of its address, else of its real servers."""
    if form.family:
        return form.family
    addresses = [form.address, *(each.address for each in form.destinations)]
    return next((family_of(address) for address in addresses if address is not None), Family.V4)


def _destination(form: DestinationForm, port: int) -> Destination:
    given: dict[str, Any] = dict(form)
    given["checks"] = None if form.checks is None else _checks(form.checks)
    return Destination(**{**given, "name": form.name or "", "port": port if form.port is None else form.port})


def _checks(forms: HealthForm | list[HealthForm] | None) -> tuple[HealthCheck, ...]:
    if forms is None:
        return ()
    return tuple(map(_health, forms if isinstance(forms, list) else [forms]))


def _health(form: HealthForm) -> HealthCheck:
    given = {name: _frozen(value) for name, value in form}
    return HealthCheck(**given)


def _frozen(value: Any) -> Any:
    """Lists as tuples, at every depth."""
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _upkeep(form: UpkeepForm) -> Upkeep:
    given: dict[str, Any] = dict(form)
    for name in SCRIPTS:
        said = given[name]
        given[name] = Script(tuple(said.command), said.user) if said else None
    return Upkeep(**given)


def with_names(host: HostState, held: Mapping[str, tuple[Held, ...]]) -> HostState:
    """The host with a name for each destination that has none."""

    def filled(destination: Destination) -> Destination:
        return (
            destination if destination.name else replace(destination, name=owner(held, host.name, destination.address))
        )

    services = tuple(
        replace(
            each,
            destinations=tuple(map(filled, each.destinations)),
            sorry=filled(each.sorry) if each.sorry else None,
        )
        for each in host.ipvs
    )
    return replace(host, ipvs=services) if services else host
