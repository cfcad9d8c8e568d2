"""The manual pages of what the language itself refuses."""

from __future__ import annotations

LANGUAGE: dict[str, str] = {
    "unreadable": """The file is not a YAML mapping that lvsc can read.

Why it hurts
    Nothing of it can be checked. lvsc reads YAML 1.2 in UTF-8, one document
    a file, without tags, nested at most 64 levels; a key stands once.
Wrong
    networks: [
Right
    networks: {lan: {subnet: 192.0.2.0/24}}
Source
    YAML 1.2.2
""",
    "unknown-key": """A key is not part of the language.

Why it hurts
    A misspelt key would be a setting that silently does nothing.
Wrong
    shcheduler: wlc
Right
    scheduler: wlc, or x-note: anything, which lvsc ignores
Source
    docs/topology.md
""",
    "missing-key": """A key that lvsc cannot do without is missing.

Why it hurts
    There is no safe guess for it.
Wrong
    services: {http: {port: 80}}
Right
    services: {http: {vip: web, port: 80, mode: dr, real_servers: [web1]}}
Source
    docs/topology.md
""",
    "wrong-value": """A value is not of the kind that its key takes.

Why it hurts
    The tools that lvsc writes for would take it for something else.
Wrong
    mode: drr
Right
    mode: dr
Source
    docs/topology.md
""",
    "duplicate-name": """A name stands twice.

Why it hurts
    One of the two would be lost without a word. Files of one topology share
    their names; so do all hosts, whatever part they play.
Wrong
    real_servers web1 in a.yaml and in b.yaml
Right
    a name of its own for each
Source
    docs/topology.md
""",
    "unknown-name": """A name refers to nothing.

Why it hurts
    The reference cannot be followed.
Wrong
    real_servers: [web3], and no web3
Right
    real_servers: [web2]
Source
    docs/topology.md
""",
    "contradiction": """Two keys exclude each other, or a choice between keys was not made.

Why it hurts
    lvsc would have to guess which of the two was meant.
Wrong
    pool: web, real_servers: [web1]
Right
    pool: web
Source
    docs/topology.md
""",
    "address-outside-subnet": """An address is in no subnet of its network.

Why it hurts
    Its neighbours would not know it as a neighbour, and nobody would route to it.
Wrong
    network lan (192.0.2.0/24), address: 192.0.3.11
Right
    address: 192.0.2.11
Source
    docs/topology.md
""",
}
