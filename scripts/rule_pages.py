"""The pages of docs/rules: each from the rule's docstring and a wrong and a right topology, as lvsc itself judges them.

A rule's examples are `tests/pages/NAME/{wrong,right}.yaml`, or else the pair that a real kernel has played,
`tests/rules/NAME/kernel/{wrong,right}.yaml`. What is about lvsc's settings has `.toml` instead.
"""

from __future__ import annotations

import contextlib
import difflib
import functools
import io
import json
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer.main

from lvsc.cli.app import commands
from lvsc.cli.init import FIRST
from lvsc.finding import Severity
from lvsc.finding.pages import CHOICES
from lvsc.rules import RULES, Rule
from lvsc.rules.pages import PAGES
from lvsc.topology.pages import LANGUAGE

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "rules"
MODULES = {module.RULE.name: module for module in RULES}
FILE = {".yaml": "lvsc.yaml", ".toml": "lvsc.toml"}
COMMAND = typer.main.get_command(commands())
PLAYED = "# In the kernel: "
_FIX = {"safe": "lvsc lint --fix", "unsafe": "lvsc lint --fix --unsafe-fixes"}
_UNSAFE = (
    "It is taken only with `--unsafe-fixes`, because it changes how good traffic goes, or states something of a host "
    "which lvsc does not manage."
)
HEAD = "<!-- Made by scripts/generate from lvsc's own rules; change those. -->\n"

FAMILIES: dict[str, tuple[str, ...]] = {
    "ARP and neighbours": (
        "real-server-answers-arp", "real-server-announces-vip", "director-hides-vip", "proxy-arp-answers-vip",
        "drops-gratuitous-arp", "neighbour-table-too-small",
    ),
    "Addresses and networks": (
        "vip-missing-on-real-server", "vip-off-director", "vip-on-several-directors", "address-conflict",
        "address-is-broadcast", "address-is-network", "address-not-unicast", "overlapping-networks",
        "disconnected-part", "real-server-without-address", "real-server-undescribed",
    ),
    "Routes and the way back": (
        "nat-reply-bypasses-director", "nat-client-on-link", "nat-gateway-does-not-float", "inside-does-not-follow",
        "one-arm-redirects", "forwarding-off", "forwards-without-need", "dr-gateway-is-director",
        "real-server-off-link", "no-way-back", "no-way-to-vip", "no-way-to-real-server",
        "router-advertisements-ignored", "accept-local-everywhere", "unreachable",
    ),
    "Reverse-path filters": (
        "reverse-path-drops-tunnel", "reverse-path-drops-requests", "reverse-path-drops-replies",
        "reverse-path-drops-sync", "reverse-path-unsaid",
    ),
    "Services, ports and tunnels": (
        "duplicate-service", "port-remap", "ports-become-one", "port-zero-without-persistence", "port-hidden-by-mark",
        "tunnel-not-opened", "tunnel-mtu", "ftp-without-helper", "ftp-opens-high-ports", "helper-on-another-port",
    ),
    "Schedulers, weights and persistence": (
        "hash-without-fallback", "sh-weights-overflow", "destination-hash-of-one-vip", "weights-ignored",
        "every-weight-zero", "standby-without-order", "overflow-at-few-connections", "persistence-per-port",
        "persistence-of-a-hash-scheduler", "persistence-for-everyone", "udp-without-one-packet",
        "threshold-counts-ended-connections",
    ),
    "Health checks and sorry servers": (
        "unchecked-service", "check-without-port", "check-on-another-port", "check-slower-than-interval",
        "check-without-way-back", "checked-too-often", "late-detection", "udp-judged-by-tcp",
        "udp-check-without-reply", "judged-by-another-protocol", "https-check-without-host", "host-judged-by-ping",
        "sorry-server-is-real-server", "sorry-server-is-director", "sorry-server-never-asked",
        "sorry-server-of-another-family", "sorry-server-off-link", "file-check-flaps",
    ),
    "Failover": (
        "failover-of-one", "default-vrid", "duplicate-vrid", "unicast-without-address", "vrrp-without-address",
        "directors-differ", "follower-with-other-directors", "hash-forgets-at-failover",
    ),
    "Synchronised connections": (
        "sync-without-daemon", "duplicate-sync-id", "preempt-before-sync", "sync-persistence-alone",
        "sync-beside-mixed-families", "conntrack-not-synchronised", "sync-among-clients",
    ),
    "Kernel settings": (
        "unknown-sysctl", "sysctl-of-no-device", "ipvs-setting-refused", "ipvs-setting-without-effect",
        "defence-always-on", "quiesced-server-keeps-clients", "reused-port-goes-to-old-server",
        "udp-stays-with-removed-server", "idle-connections-forgotten",
    ),
    "Clouds and hypervisors": (
        "platform-without-multicast", "platform-ignores-takeover", "platform-checks-source", "dr-without-layer-two",
        "platform-drops-tunnel", "failover-on-a-pause",
    ),
    "Kubernetes": (
        "kube-proxy-removes-services", "kube-proxy-answers-arp", "kube-proxy-ipvs-ends", "kube-proxy-hash-scheduler",
        "sysctl-of-kube-proxy", "tunnel-shared-with-pods", "mark-of-kube-proxy",
    ),
    "The language": tuple(LANGUAGE),
    "Comments, settings and tests": tuple(CHOICES),
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """A wrong and a right file, what lvsc prints of the wrong one, and what it finds in both.

    `played` is what a real kernel did with the wrong one, or nothing; `fix` is safe, unsafe or nothing; `fixed` the
    wrong file after the fix.
    """

    file: str
    command: str
    wrong: str
    right: str
    printed: str
    found: tuple[str, ...]
    found_right: tuple[str, ...]
    played: str
    severity: str
    fix: str | None
    fixed: str | None


def sources(name: str) -> tuple[Path, Path]:
    """The wrong and the right file of a rule."""
    own, kernel = ROOT / "tests" / "pages" / name, ROOT / "tests" / "rules" / name.replace("-", "_") / "kernel"
    for folder, ending in ((own, ".yaml"), (own, ".toml"), (kernel, ".yaml")):
        wrong, right = folder / f"wrong{ending}", folder / f"right{ending}"
        if wrong.is_file() and right.is_file():
            return wrong, right
    raise SystemExit(f"{name} has no examples: write {own.relative_to(ROOT)}/wrong.yaml and right.yaml")


def read(path: Path) -> tuple[str, str]:
    """The file without the comments at its head, and what they say that the kernel did with it."""
    head, text = re.findall(r"\A((?:#[^\n]*\n)*)(.*)", path.read_text(encoding="utf-8"), re.S)[0]
    played = re.search(f"^{PLAYED}(.*)", head, re.M)
    return text.strip("\n") + "\n", played[1] if played else ""


@functools.cache
def example(name: str) -> Example:
    """A rule's examples, judged."""
    wrong_path, right_path = sources(name)
    (wrong, fails), (right, _) = read(wrong_path), read(right_path)
    file, command = FILE[wrong_path.suffix], "test" if name == "test-failed" else "lint"
    printed, findings = judge(command, file, wrong)
    _, findings_right = judge(command, file, right)
    own = next((each for each in findings if each["rule"] == name), {"severity": "", "fix": None})
    return Example(
        file,
        command,
        wrong,
        right,
        printed,
        tuple(each["rule"] for each in findings),
        tuple(each["rule"] for each in findings_right),
        fails,
        own["severity"],
        own["fix"],
        mended(file, wrong) if own["fix"] else None,
    )


def judge(command: str, file: str, text: str) -> tuple[str, list[dict[str, str]]]:
    """What lvsc prints of a file, and its findings."""
    with scratch(file, text) as folder:
        printed = run(command, "-o", "full", "-o", "json=report.json")
        if not (folder / "report.json").exists():
            raise SystemExit(printed)
        return printed, json.loads((folder / "report.json").read_text())["findings"]


def mended(file: str, text: str) -> str:
    """A file after every fix."""
    with scratch(file, text) as folder:
        run("lint", "--fix", "--unsafe-fixes")
        return (folder / file).read_text(encoding="utf-8")


def run(*arguments: str) -> str:
    """What lvsc prints; in this process, and put together once: that would be half of the time."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        COMMAND.main(list(arguments), standalone_mode=False)
    return printed.getvalue()


@contextlib.contextmanager
def scratch(file: str, text: str) -> Iterator[Path]:
    """A folder with the file, and with a topology beside settings."""
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        Path("lvsc.yaml").write_text(FIRST, encoding="utf-8")
        Path(file).write_text(text, encoding="utf-8")
        yield Path(name)


def pages() -> dict[str, str]:
    """Every file of docs/rules."""
    named = [name for family in FAMILIES.values() for name in family]
    if sorted(named) != sorted(PAGES):
        raise SystemExit(f"FAMILIES of scripts/rule_pages.py: {sorted(set(named) ^ set(PAGES))} or one twice")
    return {
        "index.md": index(),
        **{f"{name}.md": page(family, name) for family in FAMILIES for name in FAMILIES[family]},
    }


def index() -> str:
    """All rules, by family."""
    parts = [
        f"{HEAD}# Rules\n\nWhat lvsc finds, by family. An **error** breaks traffic, a **warning** breaks it on some "
        "event, an **info** is advice. A page shows the mechanism, a topology that has the mistake with what lvsc "
        "prints, and the same without it; a test runs all of them. `lvsc explain NAME` shows a page in the terminal, "
        "and [selection](../selection.md) is about leaving rules out.\n\n"
        "A name once given is never given to something else, so that comments and baselines stay true.\n"
    ]
    for family, names in FAMILIES.items():
        rows = "".join(
            f"| [{name}]({name}.md) | {severities(name)} | {mends(name)} | {first(name)} |\n" for name in names
        )
        parts.append(f"## {family}\n\n| rule | severity | `--fix` | finds |\n|---|---|---|---|\n{rows}")
    return "\n".join(parts)


def severities(name: str) -> str:
    """How bad a rule's findings are, the usual first."""
    found = [example(name).severity]
    if name in MODULES:
        found = [MODULES[name].RULE.severity.value]
        rules = [each for each in vars(MODULES[name]).values() if isinstance(each, Rule) and each.name == name]
        found += sorted({rule.severity.value for rule in rules} - set(found), key=lambda each: Severity(each).rank)
    return ", ".join(found)


def mends(name: str) -> str:
    """Whether `--fix` mends it."""
    return {"safe": "yes", "unsafe": "unsafe"}.get(example(name).fix or "", "")


def first(name: str) -> str:
    """The sentence that says what a rule finds."""
    return prose(PAGES[name].split("\n", 1)[0])


def parts(name: str) -> dict[str, str]:
    """The sections of a docstring, as they stand there."""
    found = re.split(r"^(Why it hurts|Wrong|Right|Source)\n", PAGES[name], flags=re.M)[1:]
    texts = ("".join(line.removeprefix("    ") for line in text.splitlines(True)) for text in found[1::2])
    return dict(zip(found[::2], (text.strip("\n") for text in texts), strict=True))


def prose(text: str) -> str:
    """A text with what Markdown would take for marks escaped, but for its code."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(
        each if each.startswith("`") else re.sub(r"([\\*<>\[\]|#]|(?<!\w)_|_(?!\w))", r"\\\1", each) for each in pieces
    )


def page(family: str, name: str) -> str:
    """A rule's page."""
    shown, said = example(name), parts(name)
    anchor = re.sub(r"[^a-z -]", "", family.lower()).replace(" ", "-")
    blocks = [
        f"{HEAD}# {name}\n",
        f"{first(name)}\n",
        f"Severity: {severities(name)} · Family: [{family}](index.md#{anchor}) · `lvsc explain {name}`\n",
        f"## Why it hurts\n\n{prose(said['Why it hurts'])}\n",
        f"## Wrong\n\n{fenced('text', said['Wrong'])}\n{shown.file} as a whole:\n",
        fenced(shown.file.rpartition(".")[2], shown.wrong),
        fenced("console", f"$ lvsc {shown.command}\n{shown.printed}"),
        *([f"{prose(played(shown.played))}\n"] if shown.played else []),
        f"## Right\n\n{fenced('text', said['Right'])}\nIn {shown.file}:\n",
        fenced("diff", difference(shown.wrong, shown.right)),
        *fixing(shown),
        f"## Source\n\n{fenced('text', said['Source'])}",
    ]
    return "\n".join(blocks)


def played(wrong: str) -> str:
    """What a real kernel did with both."""
    words = {
        "bypass": "real servers answer that no director sent anything",
        "partial": "some of the real servers never answer",
        "fails": "the client gets no answer",
    }
    happens = words.get(wrong, f'the kernel refuses it ("{wrong}")')
    return f"A test plays both in a real kernel: here {happens}; with the right one the service works."


def fixing(shown: Example) -> Iterator[str]:
    """What `--fix` makes of the wrong file."""
    if shown.fix is None or shown.fixed is None:
        return
    yield (
        f"## Fix\n\n`{_FIX[shown.fix]}` {'writes just that' if shown.fixed == shown.right else 'writes'}"
        + (".\n" if shown.fixed == shown.right else f":\n\n{fenced('diff', difference(shown.wrong, shown.fixed))}")
        + (f"\n{_UNSAFE}\n" if shown.fix == "unsafe" else "")
    )


def difference(before: str, after: str) -> str:
    """The lines that differ, each with those beside it."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm=""))[2:]
    return "\n".join("..." if line.startswith("@@") else line for line in lines).removeprefix("...\n")


def fenced(language: str, text: str) -> str:
    """A block of code that no text can end."""
    fence = max(re.findall(r"`{3,}", text), key=len, default="``") + "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def write() -> None:
    """Write docs/rules, and nothing else that was there."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
