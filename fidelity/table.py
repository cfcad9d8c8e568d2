"""How often the walk says what the kernel does, by forwarding method and family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from fidelity.scenes import Scene
from fidelity.words import Words
from lvsc.words import Verdict


@dataclass
class Table:
    """Counts of asks."""

    asks: Counter[tuple[str, int]] = field(default_factory=Counter)
    agree: Counter[tuple[str, int]] = field(default_factory=Counter)
    silent: Counter[tuple[str, int]] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unsteady: int = 0
    broken: int = 0

    def add(self, scene: Scene, kernel: Sequence[Words], walk: Sequence[Words]) -> None:
        """Count a scene; `walk` is empty where the kernel was not steady, or alone."""
        key = (scene.mode, scene.family)
        self.verdicts.update(each.verdict for each in kernel)
        for one, other in zip(kernel, walk, strict=False):
            self.asks[key] += 1
            self.agree[key] += one == other
            self.silent[key] += other.verdict is Verdict.UNMODELLED

    def text(self) -> str:
        """The table for people."""
        total = sum(self.verdicts.values()) or 1
        lines = ["kernel: " + ", ".join(f"{each.value} {count / total:.0%}" for each, count in self.verdicts.items())]
        if self.asks:
            lines.append(f"{'mode':8} {'asks':>6} {'agree':>8} {'no verdict':>11}")
            lines += [self._row(f"{mode} v{family}", [(mode, family)]) for mode, family in sorted(self.asks)]
            lines.append(self._row("all", list(self.asks)))
        lines.append(
            f"{self.unsteady} scenes whose kernel says now this, now that; {self.broken} that could not be built"
        )
        return "\n".join(lines)

    def _row(self, name: str, keys: list[tuple[str, int]]) -> str:
        asks, agree, silent = (sum(each[key] for key in keys) for each in (self.asks, self.agree, self.silent))
        return f"{name:8} {asks:6} {agree / asks:8.2%} {silent:11}"
