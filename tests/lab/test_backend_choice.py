"""Which backend is taken, and what is said when one cannot run here. Nothing boots."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lvsc.lab import host, qemu, uml
from lvsc.lab.backend import BACKENDS, LabUnavailable, choose


@pytest.mark.parametrize(
    ("name", "tool", "sentence"),
    [
        ("uml", "linux.uml", "linux.uml is not installed: "
         "apt-get install user-mode-linux kmod iproute2"),
        ("uml", "modprobe", "modprobe is not installed: "
         "apt-get install user-mode-linux kmod iproute2"),
        ("qemu", "qemu-system-x86_64", "qemu-system-x86_64 is not installed: "
         "apt-get install qemu-system-x86 kmod iproute2 ipvsadm nftables procps"),
        ("host", "unshare", "unshare is not installed: apt-get install util-linux"),
    ],
)  # fmt: skip
def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, name: str, tool: str, sentence: str) -> None:
    real = shutil.which
    monkeypatch.setattr(shutil, "which", lambda cmd, path=None: None if cmd == tool else real(cmd, path=path))
    assert BACKENDS[name].missing() == sentence
    with pytest.raises(LabUnavailable, match=sentence):
        choose(name, needs_nft=False)


def test_a_missing_kernel_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LVSC_LAB_KERNEL", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(qemu, "kernel_roots", lambda: (tmp_path / "lvsc" / "kernel",))
    sentence = qemu.missing()
    assert sentence is not None
    assert "apt-get download $(apt-cache depends --important linux-image-cloud-amd64" in sentence
    assert f"&& dpkg-deb -x linux-image-*.deb {tmp_path}/lvsc/kernel" in sentence


def test_a_kernel_is_found_by_its_modules(tmp_path: Path) -> None:
    for release in ("6.1.0-9-cloud-amd64", "6.1.0-10-cloud-amd64", "6.12.1-amd64"):
        (tmp_path / "boot").mkdir(exist_ok=True)
        (tmp_path / "boot" / f"vmlinuz-{release}").touch()
        (tmp_path / "lib" / "modules" / release / "kernel").mkdir(parents=True)
    (tmp_path / "boot" / "vmlinuz-6.1.0-11-cloud-amd64").touch()
    found = qemu.find_kernel((tmp_path / "none", tmp_path))
    assert found is not None
    assert found.image.name == "vmlinuz-6.1.0-10-cloud-amd64"


def test_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    for backend in (uml, qemu, host):
        monkeypatch.setattr(backend, "missing", lambda: None)
    assert choose(None, needs_nft=False).NAME == "uml"
    assert choose(None, needs_nft=True).NAME == "qemu"
    assert choose("host", needs_nft=True).NAME == "host"
    with pytest.raises(LabUnavailable, match="no lab backend is named kvm; allowed: uml, qemu"):
        choose("kvm", needs_nft=False)
    with pytest.raises(LabUnavailable, match="uml has no ip, ip6 or inet nftables"):
        choose("uml", needs_nft=True)
    monkeypatch.setattr(uml, "missing", lambda: "no uml")
    assert choose(None, needs_nft=False).NAME == "qemu"
