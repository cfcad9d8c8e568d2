"""The style sheet and the script of a page. Without the script everything is there; it adds the arrow keys."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1f2328; --soft: #59636e; --edge: #d1d9e0; --card: #f6f8fa;
  --blue: #0969da; --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --info: #0969da; --mark: #fff3b8; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --soft: #9198a1; --edge: #3d444d;
  --card: #151b23; --blue: #4493f8; --good: #3fb950; --bad: #f85149; --warn: #d29922; --info: #4493f8;
  --mark: #4b3a08; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 3rem; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5; overflow-wrap: anywhere;
  font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; font-size: 16px; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 1rem 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--edge); padding-bottom: .25rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--blue); }
small { color: var(--soft); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: .5rem 0; }
code, pre { font-size: .85em;
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--card); border: 1px solid var(--edge); border-radius: 6px; padding: .6rem; overflow-x: auto;
  overflow-wrap: normal; margin: .25rem 0; max-height: 32rem; }
mark { background: var(--mark); color: inherit; border-bottom: 2px solid var(--bad); }
.wide { overflow-x: auto; }
.wide img { display: block; max-width: max(100%, 46rem); height: auto; }
.why { font-size: .9rem; }
.state { font-weight: 600; }
header .state { margin: 0; }
.fine { color: var(--good); } .error { color: var(--bad); } .warning { color: var(--warn); }
.info { color: var(--info); }
.finding { color: var(--ink); border: 1px solid var(--edge); border-left: 4px solid; border-radius: 6px;
  padding: .75rem; margin: .75rem 0; }
.finding.error { border-left-color: var(--bad); } .finding.warning { border-left-color: var(--warn); }
.finding.info { border-left-color: var(--info); }
.finding .error { color: var(--bad); } .finding .warning { color: var(--warn); } .finding .info { color: var(--info); }
details { border: 1px solid var(--edge); border-radius: 6px; margin: .5rem 0; padding: 0 .75rem; }
details[open] { padding-bottom: .5rem; }
summary { cursor: pointer; padding: .5rem 0; }
.finding > details, .file { border: 0; padding: 0; margin: 0; }
.end { color: var(--bad); font-weight: 600; }
.lanes { border-collapse: collapse; width: 100%; }
.lanes th { text-align: center; font-size: .8rem; padding: .25rem .5rem; background: var(--card);
  border-bottom: 1px solid var(--edge); white-space: nowrap; }
.lanes .told { text-align: left; padding: .35rem .25rem .35rem .75rem; min-width: 15rem; }
.lanes td { border-bottom: 1px solid var(--edge); vertical-align: middle; }
.lane { position: relative; text-align: center; min-width: 3.2rem; }
.lane::before { content: ""; position: absolute; left: 50%; top: 0; bottom: 0; border-left: 1px dashed var(--edge); }
.lane.left::after, .lane.right::after { content: ""; position: absolute; top: 50%; height: 2px;
  background: currentColor; }
.lane.left::after { left: 0; right: 50%; } .lane.right::after { left: 50%; right: 0; }
.lane.left.right::after { left: 0; right: 0; }
.dot { position: relative; z-index: 1; display: inline-block; width: 1.6rem; height: 1.6rem; line-height: 1.5rem;
  border-radius: 50%; border: 2px solid; background: var(--paper); font-weight: 700; }
tr.out .lane { color: var(--blue); } tr.back .lane { color: var(--good); } tr.lost .lane { color: var(--bad); }
tr.near .lane { color: var(--soft); }
tr:target, tr:focus { background: var(--mark); outline: 0; }
.told a { text-decoration: none; color: inherit; } .told a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 40rem) { body { font-size: 15px; } .lane { min-width: 2.4rem; } .lanes th { padding: .25rem; }
  .lanes th:not(.told) { writing-mode: vertical-rl; max-height: 9rem; } .lanes .told { min-width: 11rem; } }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@media print { pre { max-height: none; white-space: pre-wrap; } nav { display: none; } }
"""

SCRIPT = """
"use strict";
function show() {
  const row = document.getElementById(location.hash.slice(1));
  const way = row && row.closest("details");
  for (let each = way; each; each = each.parentElement.closest("details")) each.open = true;
  if (row && row.matches("tr")) { row.focus({preventScroll: true}); row.scrollIntoView({block: "nearest"}); }
}
function step(event) {
  const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  if (!by || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const here = document.activeElement.closest(".way");
  if (!here || document.activeElement.matches("pre")) return;
  const rows = [...here.querySelectorAll("tbody tr")];
  const at = rows.indexOf(document.activeElement.closest("tr"));
  const next = rows[at < 0 ? 0 : at + by];
  event.preventDefault();
  if (next) location.replace("#" + next.id);
}
addEventListener("hashchange", show);
addEventListener("keydown", step);
show();
"""
