"""The shown configuration of the web server in front of the portal works, links included."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
from lxml import html
from test_serving import ROOT, START, fetch, free_port

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
MAIN = """
pid {place}/nginx.pid; error_log {place}/error.log; daemon off; master_process off;
events {{}}
http {{
  access_log off;
  client_body_temp_path {place}/1; proxy_temp_path {place}/2; fastcgi_temp_path {place}/3;
  uwsgi_temp_path {place}/4; scgi_temp_path {place}/5;
  include {place}/site.conf;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx ist nicht installiert (Debian: nginx)")


def shown_configuration(port: int, portal_port: int) -> str:
    """``deploy/proxy/nginx.conf`` for loopback: without certificates and without the limit of requests."""
    text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^ *(listen \[::\]|ssl_certificate|limit_req ).*\n", "", text)
    assert text.count("listen 443 ssl;") == text.count("http://127.0.0.1:8001;") == 1
    return text.replace("443 ssl", f"127.0.0.1:{port}").replace("127.0.0.1:8001", f"127.0.0.1:{portal_port}")


@contextmanager
def running(command: list[str], **environ: str) -> Iterator[None]:
    """A program that is ended in good order."""
    process = subprocess.Popen(command, env=os.environ | environ, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def test_the_portal_behind_the_shown_web_server(data_dir: Path, tmp_path: Path) -> None:
    """Under /archiv/: the start page, and whatever it and the table of documents lead to."""
    port, portal_port = free_port(), free_port()
    (tmp_path / "site.conf").write_text(shown_configuration(port, portal_port), encoding="utf-8")
    (tmp_path / "nginx.conf").write_text(MAIN.format(place=tmp_path), encoding="utf-8")
    public = f"http://127.0.0.1:{port}/archiv/"
    portal = [sys.executable, "-c", START, str(data_dir), str(portal_port)]
    with (
        running(portal, AKTENKUNDIG_BASE_URL="/archiv/", AKTENKUNDIG_PUBLIC_URL=public),
        running([str(NGINX), "-c", str(tmp_path / "nginx.conf")]),
    ):
        fetch(portal_port, "/archiv/robots.txt")
        pages = {
            path: fetch(port, path) for path in ("/archiv/", "/archiv/archive/documents?_size=2", "/archiv/feed.atom")
        }
        found = {
            urljoin(public, link.split("#")[0])
            for path, text in pages.items()
            for link in html.fromstring(text.encode()).xpath("//@href|//@src")
            if link.startswith(("/", "http://127.0.0.1"))
        }
        statuses = {address: status_of(address) for address in found}

    assert len(statuses) > 20
    assert {address: status for address, status in statuses.items() if status != 200} == {}
    assert not [address for address in statuses if not address.startswith(public) or "/archiv/archiv/" in address]


def status_of(address: str) -> int:
    """The status an address answers with."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
