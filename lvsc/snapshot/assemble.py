"""Documents checked by the models, and put together into one case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lvsc.snapshot.document import Fault, shown
from lvsc.snapshot.form import BARE, MAPPING
from lvsc.snapshot.form_case import AskForm, CaseForm, FileForm, HostForm
from lvsc.snapshot.make import host, values
from lvsc.snapshot.make_ipvs import with_names
from lvsc.state import Ask, Before, Case, Deed, HostState

Files = Sequence[tuple[str, CaseForm]]
_TAGS = frozenset((BARE, MAPPING, "<range>", "host", "case"))


@lru_cache(maxsize=1)
def _file_form() -> TypeAdapter[HostForm | CaseForm]:
    return TypeAdapter(FileForm)


def form(document: Any, file: str) -> CaseForm | list[Fault]:
    """The document as a case, or its faults; a file with one host is a case without asks."""
    try:
        found = _file_form().validate_python(document)
    except ValidationError as error:
        return [Fault(file, _path(each["loc"]), _message(dict(each))) for each in error.errors(include_url=False)]
    return CaseForm(hosts=[found]) if isinstance(found, HostForm) else found


def _path(loc: tuple[str | int, ...]) -> list[str | int]:
    """The place without the models' own tags."""
    path = list(loc[1:] if loc and loc[0] in _TAGS else loc)
    return [step for step in path if step not in (BARE, MAPPING, "<range>")]


def _message(error: dict[str, Any]) -> str:
    """A fault in a user's words."""
    kind, given = error["type"], error.get("input")
    if kind == "extra_forbidden":
        return "no such key"
    if kind == "missing":
        return "is missing"
    said = error["msg"].removeprefix("Value error, ")
    said = said[:1].lower() + said[1:]
    return f"{said}, not `{shown(given)}`" if isinstance(given, (str, int, float)) else said


def assemble(files: Files, faults: list[Fault]) -> Case | None:
    """One case of all files; what does not fit together becomes a fault."""
    single = len(files) == 1
    hosts: dict[str, HostState] = {}
    for file, case in files:
        for index, each in enumerate(case.hosts):
            where: list[str | int] = ["hosts", index]
            if each.name in hosts:
                faults.append(Fault(file, [*where, "name"], f"host {each.name} is there twice"))
            faults += [Fault(file, [*where, *path], message) for path, message in _misfits(each)]
            hosts[each.name] = host(each)
    for file, case in files:
        faults += [Fault(file, path, message) for path, message in _strangers(case, hosts)]
    if faults:
        return None
    held = {name: each.addresses for name, each in hosts.items()}
    named = {name: with_names(each, held) for name, each in hosts.items()}
    first = tuple(dict.fromkeys(name for _, case in files for name in case.first))
    asks = tuple(_ask(each) for _, case in files for each in case.asks)
    stated = [case.name for _, case in files if case.name]
    return Case(stated[0] if stated else Path(files[0][0]).stem if single else "states", named, asks, first)


Misfit = tuple[list[str | int], str]


def _misfits(form: HostForm) -> Iterator[Misfit]:
    """Devices of a host that are named twice, or named and not there."""
    devices = {"lo"}
    for index, link in enumerate(form.links):
        if link.name in devices and (link.name != "lo" or index != _lo(form)):
            yield ["links", index, "name"], f"device {link.name} is there twice"
        for key in ("parent", "master"):
            if (name := getattr(link, key)) and name not in {each.name for each in form.links}:
                yield ["links", index, key], f"{form.name} has no device {name}"
        devices.add(link.name)
    lists: dict[str, Sequence[Any]] = {
        "addresses": form.addresses,
        "routes": form.routes,
        "neighbours": form.neighbours,
    }
    for key, entries in lists.items():
        for index, entry in enumerate(entries):
            if entry.device is not None and entry.device not in devices:
                yield [key, index, "device"], f"{form.name} has no device {entry.device}"
    if form.sync and form.sync.device not in devices:
        yield ["sync", "device"], f"{form.name} has no device {form.sync.device}"


def _lo(form: HostForm) -> int:
    return next((index for index, link in enumerate(form.links) if link.name == "lo"), -1)


def _strangers(case: CaseForm, hosts: dict[str, HostState]) -> Iterator[Misfit]:
    """Hosts that are named and not there, and deeds that lack what they need."""
    where: list[str | int]
    for index, name in enumerate(case.first):
        if name not in hosts:
            yield ["first", index], f"no host is named {name}"
    for index, ask in enumerate(case.asks):
        where = ["asks", index]
        if ask.origin not in hosts:
            yield [*where, "origin"], f"no host is named {ask.origin}"
        if ask.source and ask.source.version != ask.address.version:
            yield [*where, "source"], f"{ask.source} is of another family than {ask.address}"
        for number, before in enumerate(ask.before):
            place = [*where, "before", number]
            if before.deed is not Deed.WAIT and before.host not in hosts:
                yield [*place, "host"], f"no host is named {before.host}"
            if before.deed not in (Deed.WAIT, Deed.FORGET) and not (before.device and before.address):
                yield place, f"`{before.deed.value}` needs a device and an address"


def _ask(form: AskForm) -> Ask:
    before = tuple(Before(**{**values(each), "host": each.host or ""}) for each in form.before)
    return Ask(**{**values(form), "before": before})
