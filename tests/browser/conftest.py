"""A portal over the sample archive and a headless Chromium to read it with; assets for checks come by npm."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.common.exceptions import WebDriverException

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "portal"))

PACKAGES = ("axe-core@4.14.1", "vnu-jar@26.9.27")
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
SERVER = """
import sys
from pathlib import Path
from portal.serving import serve
serve(Path(sys.argv[1]), port=int(sys.argv[2]))
"""


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder with axe-core and the HTML validator, installed if they are not there."""
    folder = HERE / "node_modules"
    if not all((folder / package.partition("@")[0]).exists() for package in PACKAGES):
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm fehlt: axe-core und vnu-jar lassen sich nicht holen")
        subprocess.run(
            [npm, "install", "--prefix", str(HERE), "--no-save", "--no-package-lock", "--silent", *PACKAGES], check=True
        )
    return folder


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample archive."""
    import fixture_archive

    folder = tmp_path_factory.mktemp("browser-data")
    fixture_archive.build(folder)
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def portal_over(data: Path) -> Iterator[str]:
    """A portal over an archive; gives its address."""
    port = _free_port()
    command = [sys.executable, "-c", SERVER, str(data), str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/robots.txt", timeout=5).close()
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    try:
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def base(sample_data: Path) -> Iterator[str]:
    """The address of a running portal."""
    with portal_over(sample_data) as address:
        yield address


class Trap:
    """Listens in place of every other host, and notes which host was meant (TLS server name or Host header)."""

    NAME = re.compile(rb"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            caller.settimeout(2)
            with caller, contextlib.suppress(OSError):
                self.hosts += [name.decode() for name in self.NAME.findall(caller.recv(4000))]


class Browser:
    """A headless Chromium; remembers every request it makes."""

    def __init__(self, driver: Any, base: str, trap: Trap) -> None:
        self.driver = driver
        self.base = base
        self.trap = trap

    def trapped(self) -> list[str]:
        """The other hosts to which connections were tried so far; the browser has some of its own."""
        return list(self.trap.hosts)

    def open(self, path: str) -> None:
        """Go to a path of the portal."""
        self.driver.get(self.base + path)

    @contextlib.contextmanager
    def leaving(self) -> Iterator[None]:
        """Around an action that leads to another page: goes on when the next page is loaded.

        The old page carries a mark; a page without it that is complete is the next one.
        """
        self.script("window.stillHere = true")
        yield
        for _ in range(600):
            with contextlib.suppress(WebDriverException):
                if self.script("return !window.stillHere && document.readyState === 'complete'"):
                    return
            time.sleep(0.05)
        raise AssertionError(f"nach 30 Sekunden noch auf {self.driver.current_url}")

    def narrow(self, width: int | None) -> None:
        """Be a phone of this width, or a desktop again with None."""
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        if width:
            metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": True}
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def dark(self, on: bool) -> None:
        """Prefer the dark scheme, or the light one."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if on else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def script(self, code: str, *arguments: Any) -> Any:
        """Run a test's own script in the page."""
        return self.driver.execute_script(code, *arguments)

    def picture(self, name: str) -> None:
        """Keep a screenshot as a build artefact."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))

    def requests(self) -> list[str]:
        """The addresses asked for since the last call, without those that the content policy stopped."""
        entries = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        stopped = {
            entry["params"]["requestId"]
            for entry in entries
            if entry["method"] == "Network.loadingFailed" and entry["params"].get("blockedReason") == "csp"
        }
        return [
            entry["params"]["request"]["url"]
            for entry in entries
            if entry["method"] == "Network.requestWillBeSent" and entry["params"]["requestId"] not in stopped
        ]


@contextlib.contextmanager
def open_chromium(profile: Path, *flags: str) -> Iterator[Any]:
    """A headless Chromium with a profile of its own."""
    from selenium import webdriver

    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not chromedriver:
        pytest.skip("chromium oder chromedriver fehlt")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags, "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(chromedriver))
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def browser(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium with a fresh profile."""
    trap = Trap()
    elsewhere = f"--host-resolver-rules=MAP * 127.0.0.1:{trap.port}, EXCLUDE 127.0.0.1"
    with open_chromium(tmp_path_factory.mktemp("chromium"), elsewhere) as driver:
        yield Browser(driver, base, trap)
    trap.socket.close()
