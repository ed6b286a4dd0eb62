"""The site as a real nginx serves it, and what the other configurations say."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path

import brotli
import pytest

from building import ROOT, mkdocs, small_project
from finish.compress import compress
from render.policy import HEADER

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def packed(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site with compressed copies."""
    site = Path(shutil.copytree(small_site, tmp_path_factory.mktemp("packed") / "site"))
    compress(site)
    return site


def test_every_text_has_smaller_copies_with_the_same_content(packed: Path) -> None:
    page = packed / "index.html"
    for suffix, unpack in ((".gz", gzip.decompress), (".br", brotli.decompress)):
        copy = page.with_name(page.name + suffix)
        assert copy.stat().st_size < page.stat().st_size
        assert unpack(copy.read_bytes()) == page.read_bytes()
    assert not list(packed.rglob("*.woff2.gz"))


def test_the_copies_do_not_say_when_they_were_made(packed: Path) -> None:
    page = packed / "index.html"
    before = page.with_name("index.html.gz").read_bytes()
    time.sleep(1.1)
    compress(packed)
    assert page.with_name("index.html.gz").read_bytes() == before
    assert not list(packed.rglob("*.gz.gz"))


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_servers_send_the_policy_of_the_pages(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert re.search(r'Content-Security-Policy "([^"]*)"', text)[1] == HEADER  # type: ignore[index]


Answer = tuple[int, HTTPMessage, bytes]


@pytest.fixture(scope="module")
def served(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real nginx with our configuration."""
    if NGINX is None:
        pytest.skip("needs nginx: apt-get install nginx")
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    ours = ours.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("/srv/ds-series/site", str(packed))
    (folder / "site.conf").write_text(ours, encoding="utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; {user()} events {{}}"
        f" http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    running = subprocess.Popen(
        [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert running.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=20)


def user() -> str:
    """Workers of root's nginx may not be able to read a temporary folder."""
    import os

    return "user root;" if os.geteuid() == 0 else ""


def ask(address: str, **headers: str) -> Answer:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_nginx_hands_out_the_compressed_copies(served: str, packed: Path) -> None:
    for path in ("", "zh/models/ant/", "data/catalogue.json"):
        file = packed / path / "index.html" if path.endswith("/") or not path else packed / path
        status, headers, body = ask(served + path, Accept_Encoding="gzip")
        assert (status, headers["Content-Encoding"]) == (200, "gzip"), path
        assert gzip.decompress(body) == file.read_bytes()
        status, headers, body = ask(served + path)
        assert (status, headers["Content-Encoding"]) == (200, None)
        assert body == file.read_bytes()


def test_nginx_says_how_long_an_answer_holds(served: str, packed: Path) -> None:
    named = [
        path
        for path in packed.rglob("*")
        if re.search(r"/assets/.*\.[0-9a-f]{8}\.\w+$|/search/[0-9a-f]{10}/", str(path))
    ]
    named = [path for path in named if path.is_file() and path.suffix not in (".gz", ".br")]
    assert {path.suffix for path in named} >= {".css", ".js", ".woff2"}
    for path in named[:40]:
        _, headers, _ = ask(served + path.relative_to(packed).as_posix())
        assert "immutable" in headers["Cache-Control"], path
    for path in ("", "models/ant/", "data/catalogue.json", "robots.txt"):
        _, headers, _ = ask(served + path)
        assert headers["Cache-Control"] == "public, no-cache"
        status, _, body = ask(served + path, If_None_Match=headers["ETag"])
        assert (status, body) == (304, b"")


def test_nginx_sends_the_policy_with_every_answer(served: str) -> None:
    for path in ("", "zh/", "nowhere/", "data/catalogue.json"):
        _, headers, _ = ask(served + path)
        assert headers["Content-Security-Policy"] == HEADER
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_nginx_knows_the_page_of_lost_addresses(served: str, packed: Path) -> None:
    for path, page in (("nowhere/", "404.html"), ("zh/models/nowhere/", "zh/404.html")):
        status, _, body = ask(served + path)
        assert status == 404
        assert body == (packed / page).read_bytes()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("models/ant.md", "text/markdown"),
        ("data/releases.atom", "application/atom+xml"),
        ("data/releases.ics", "text/calendar"),
        ("data/variants.csv", "text/csv"),
        ("data/references.bib", "text/plain"),
        ("data/catalogue.sqlite", "application/vnd.sqlite3"),
        ("data/catalogue.json", "application/json"),
        ("llms.txt", "text/plain"),
        ("assets/favicon.svg", "image/svg+xml"),
        ("sitemap.xml", "application/xml"),
    ],
)
def test_nginx_names_the_kind_of_each_file(served: str, path: str, kind: str) -> None:
    status, headers, _ = ask(served + path)
    assert status == 200
    assert headers.get_content_type() == kind


@pytest.mark.builds
def test_a_release_is_compressed_and_the_default_address_is_named(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    plain = mkdocs(project, "build", "--strict", COMPRESS="true", SITE_URL="https://example.org/ds/")
    assert plain.returncode == 0, plain.stdout + plain.stderr
    assert "SITE_URL" not in plain.stdout + plain.stderr
    site = project / "site"
    assert (site / "index.html.gz").is_file()
    assert (site / "zh" / "models" / "ant" / "index.html.br").is_file()
    assert "https://example.org/ds/" in (site / "sitemap.xml").read_text(encoding="utf-8")
    assert 'href="/ds/assets/' in (site / "404.html").read_text(encoding="utf-8")
    default = mkdocs(project, "build", "--strict")
    assert default.returncode == 0
    assert (default.stdout + default.stderr).count("SITE_URL is not set") == 1
    assert not list(site.rglob("*.gz"))
