"""The manual pages of what lvsc says about its own comments and settings."""

from __future__ import annotations

CHOICES: dict[str, str] = {
    "wrong-ignore": """A comment to lvsc cannot be read, and hides nothing.

Why it hurts
    Its writer believes that a finding is hidden, or that a rule has this
    name. What makes a file unusable cannot be hidden at all.
Wrong
    # lvsc: ignore real-server-answers-arp
Right
    # lvsc: ignore[real-server-answers-arp] replaced in May (until 2026-05-31)
Source
    docs/selection.md
""",
    "ignore-without-reason": """A comment hides a finding and does not say why.

Why it hurts
    Nobody who reads it later can tell whether it still holds, so it hides
    nothing until it says so.
Wrong
    # lvsc: ignore[unchecked-service]
Right
    # lvsc: ignore[unchecked-service] its clients try the next server themselves
Source
    docs/selection.md
""",
    "expired-ignore": """A comment hid a finding until a day that is over.

Why it hurts
    What was to be mended by then was not, and the finding is shown again.
Wrong
    # lvsc: ignore[default-vrid] moves in spring (until 2020-05-31)
Right
    mend it, or give it a later day
Source
    docs/selection.md
""",
    "unused-ignore": """A comment hides nothing.

Why it hurts
    What it hid was mended, or stands elsewhere now. Left where it is, the
    comment hides the same mistake when it is made again.
Wrong
    port: 80  # lvsc: ignore[port-remap] the old server
Right
    port: 80
Source
    docs/selection.md
""",
    "test-failed": """A test of the topology does not hold.

Why it hurts
    Its owner wrote down that this client reaches this service, through
    these real servers, with these hosts down; now it does not. Said by
    `lvsc test`, not by `lvsc lint`.
Wrong
    tests: [{from: internet, to: http, down: lvs1}], and no other director
Right
    a second director, or a test that asks for less
Source
    docs/topology.md
""",
    "unknown-setting": """A key of lvsc.toml, or of [tool.lvsc] in pyproject.toml, is none of lvsc's.

Why it hurts
    A misspelt setting would silently do nothing.
Wrong
    fail_on = "warning"
Right
    fail-on = "warning"
Source
    docs/selection.md
""",
    "wrong-setting": """A setting of lvsc.toml, or of [tool.lvsc] in pyproject.toml, cannot have this value.

Why it hurts
    lvsc would check something else than was meant.
Wrong
    fail-on = "eror"
Right
    fail-on = "error"
Source
    docs/selection.md
""",
}
