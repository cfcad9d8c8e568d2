"""HostState into files: one module a target, all pure."""

from lvsc.emit.base import Emitter, File
from lvsc.emit.tree import EMITTERS, MANIFEST, emit_host, emit_tree, manifest

__all__ = ["EMITTERS", "MANIFEST", "Emitter", "File", "emit_host", "emit_tree", "manifest"]
