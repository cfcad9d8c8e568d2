"""Headless Chromium, driven by its own protocol over a pipe; it is closed to the network."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_SECONDS = 600


class Browser:
    """One page at a time."""

    def __init__(self, profile: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()

        def place() -> None:
            os.dup2(theirs[0], 3)
            os.dup2(ours[1], 4)

        pipes = tuple(range(3, 5))
        command = ["timeout", str(_SECONDS), "chromium", *FLAGS, f"--user-data-dir={profile}"]
        null = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, preexec_fn=place, pass_fds=pipes, stdin=null, stdout=null, stderr=null
        )
        os.close(ours[1])
        os.close(theirs[0])
        self._read, self._write = os.fdopen(ours[0], "rb"), os.fdopen(theirs[1], "wb")
        self._number = 0
        self._session = ""
        self._heard: list[dict[str, Any]] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self._ask(f"{domain}.enable")

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write.write(json.dumps(message).encode() + b"\0")
        self._write.flush()
        while True:
            said = self._next()
            if said.get("id") == self._number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result
            self._heard.append(said)

    def _next(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._read.read(1)) != b"\0":
            assert byte, "chromium has ended"
            data += byte
        said: dict[str, Any] = json.loads(data)
        return said

    def open(self, address: str, width: int, dark: bool = False) -> None:
        """Load a page, on a screen of this width."""
        self._heard.clear()
        self._ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])
        self._ask("Page.navigate", url=address)
        while not any(each.get("method") == "Page.loadEventFired" for each in self._heard):
            self._heard.append(self._next())

    def tell(self, expression: str) -> Any:
        """The value of an expression on the page; what the page's policy forbids is forbidden to it, too."""
        found = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        """A key, down and up."""
        for kind in ("keyDown", "keyUp"):
            self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def asked(self) -> list[str]:
        """The addresses that the page asked for, itself and its own data apart."""
        sent = [each["params"]["request"]["url"] for each in self._heard if each.get("method") == _SENT]
        return [url for url in sent if not url.startswith(("file:", "data:"))]

    def complaints(self) -> list[str]:
        """What the browser says against the page: refused by its policy, errors of its script."""
        found = [each["params"]["entry"]["text"] for each in self._heard if each.get("method") == "Log.entryAdded"]
        return found + [str(each) for each in self._heard if each.get("method") == "Runtime.exceptionThrown"]

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._read.close()
        self._write.close()


_SENT = "Network.requestWillBeSent"
