"""The site as a real nginx serves it, and what the other configurations say."""

import gzip
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import brotli
import pytest

from building import ROOT
from postbuild.publish import compress_files
from render.assets import HEADER

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
CADDY = shutil.which("caddy")
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def released(small_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site with compressed copies, of the pages that are asked for here."""
    site = tmp_path_factory.mktemp("released") / "site"
    asked = ("*.html", "*.txt", "*.xml", "assets", "search", "zh/404.html", "zh/index.html", "zh/models/ant")
    for path in (path for pattern in (*asked, "models/ant*", "data/*.*") for path in small_site.glob(pattern)):
        copy = site / path.relative_to(small_site)
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
    compress_files(site)
    return site


def test_every_text_has_smaller_copies_with_the_same_content(released: Path) -> None:
    page = released / "index.html"
    for suffix, unpack in ((".gz", gzip.decompress), (".br", brotli.decompress)):
        copy = page.with_name(page.name + suffix)
        assert copy.stat().st_size < page.stat().st_size
        assert unpack(copy.read_bytes()) == page.read_bytes()
    assert not list(released.rglob("*.woff2.gz"))


def test_the_copies_do_not_say_when_they_were_made(released: Path, tmp_path: Path) -> None:
    shutil.copy(released / "index.html", tmp_path)
    before = (released / "index.html.gz").read_bytes()
    assert before[4:8] == bytes(4), "RFC 1952: seconds since 1970, or 0 for no time"
    compress_files(tmp_path)
    assert (tmp_path / "index.html.gz").read_bytes() == before
    assert not list(tmp_path.rglob("*.gz.gz"))


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_servers_send_the_policy_of_the_pages(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert re.search(r'Content-Security-Policy "([^"]*)"', text)[1] == HEADER


Answer = tuple[int, HTTPMessage, bytes]
UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}
BELOW = "/ds"
"""The path that the second kind of address has."""


@dataclass(frozen=True)
class Served:
    """A running server: its address, where the site is in it, and what it can hand out."""

    address: str
    encodings: tuple[str, ...]


@pytest.fixture(scope="module", params=["nginx", "nginx below a path", "caddy", "caddy below a path"])
def served(
    request: pytest.FixtureRequest, released: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A real server with our configuration."""
    server, _, path = request.param.partition(" ")
    folder = tmp_path_factory.mktemp(server)
    root, below = released, ""
    if path:
        root, below = folder / "root", BELOW
        root.mkdir()
        (root / BELOW[1:]).symlink_to(released)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, encodings = (nginx if server == "nginx" else caddy)(folder, root, port, below)
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "DS_PATH": below})
    address = f"http://127.0.0.1:{port}{below}/"
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert running.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        yield Served(address, encodings)
    finally:
        running.terminate()
        running.wait(timeout=20)


def nginx(folder: Path, root: Path, port: int, below: str) -> tuple[list[str], tuple[str, ...]]:
    """The command of an nginx with our configuration, and the encodings that it has; Brotli is a module of its own."""
    if NGINX is None:
        pytest.skip("needs nginx: apt-get install nginx")
    ours = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    ours = ours.replace("listen 8080", f"listen 127.0.0.1:{port}").replace("/srv/ds-series/site", str(root))
    ours = ours.replace('$ds_path ""', f'$ds_path "{below}"')
    if BROTLI.is_file():
        ours = ours.replace("# brotli_static on", "brotli_static on")
    (folder / "site.conf").write_text(ours, encoding="utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    load = f"load_module {BROTLI};" if BROTLI.is_file() else ""
    (folder / "nginx.conf").write_text(
        f"{load} daemon off; pid {folder}/pid; error_log {folder}/error.log; {user()} events {{}}"
        f" http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        encoding="utf-8",
    )
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", str(folder / "error.log")]
    return command, ("br", "gzip") if BROTLI.is_file() else ("gzip",)


def caddy(folder: Path, root: Path, port: int, _below: str) -> tuple[list[str], tuple[str, ...]]:
    """The command of a Caddy with our configuration, and the encodings that it has."""
    if CADDY is None:
        pytest.skip("needs Caddy: apt-get install caddy")
    ours = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    ours = ours.replace("\n:8080 {", f"\nhttp://127.0.0.1:{port} {{").replace("/srv/ds-series/site", str(root))
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + ours, encoding="utf-8")
    return [CADDY, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")], ("br", "gzip")


def user() -> str:
    """Workers of root's nginx may not be able to read a temporary folder."""
    return "user root;" if os.geteuid() == 0 else ""


def ask(address: str, **headers: str) -> Answer:
    request = urllib.request.Request(address, headers={name.replace("_", "-"): text for name, text in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_server_hands_out_the_compressed_copies(served: Served, released: Path) -> None:
    for path in ("", "zh/models/ant/", "data/catalogue.json"):
        file = released / path / "index.html" if path.endswith("/") or not path else released / path
        for encoding in served.encodings:
            status, headers, body = ask(served.address + path, Accept_Encoding=encoding)
            assert (status, headers["Content-Encoding"]) == (200, encoding), path
            assert UNPACK[encoding](body) == file.read_bytes()
            assert "accept-encoding" in (headers["Vary"] or "").lower(), "caches keep the answers apart"
        status, headers, body = ask(served.address + path)
        assert (status, headers["Content-Encoding"]) == (200, None)
        assert body == file.read_bytes()
        assert "accept-encoding" in (headers["Vary"] or "").lower()


def test_a_server_says_how_long_an_answer_holds(served: Served, released: Path) -> None:
    named = [
        path
        for path in released.rglob("*")
        if re.search(r"/assets/.*\.[0-9a-f]{8}\.\w+$|/search/[0-9a-f]{10}/", str(path))
    ]
    named = [path for path in named if path.is_file() and path.suffix not in (".gz", ".br")]
    assert {path.suffix for path in named} >= {".css", ".js", ".woff2"}
    for path in named[:40]:
        _, headers, _ = ask(served.address + path.relative_to(released).as_posix())
        assert "immutable" in headers["Cache-Control"], path
    for path in ("", "models/ant/", "data/catalogue.json", "robots.txt"):
        _, headers, _ = ask(served.address + path)
        assert headers["Cache-Control"] == "public, no-cache"
        status, _, body = ask(served.address + path, If_None_Match=headers["ETag"])
        assert (status, body) == (304, b"")


def test_a_server_sends_the_policy_with_every_answer(served: Served) -> None:
    for path in ("", "zh/", "nowhere/", "data/catalogue.json"):
        _, headers, _ = ask(served.address + path)
        assert set(headers.get_all("Content-Security-Policy")) == {HEADER, "frame-ancestors 'self'"}
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_other_sites_may_read_data_and_frame_a_figure_and_nothing_else(served: Served, released: Path) -> None:
    figure = next(released.glob("models/ant/embed-*.html")).name
    for path, shared in (("data/catalogue.json", "*"), (f"models/ant/{figure}", "*"), ("models/ant/", None)):
        _, headers, _ = ask(served.address + path)
        assert headers["Access-Control-Allow-Origin"] == shared, path
        framed = "frame-ancestors 'self'" in headers.get_all("Content-Security-Policy")
        assert framed == ("embed-" not in path), path


def test_a_server_knows_the_page_of_lost_addresses(served: Served, released: Path) -> None:
    """A folder without a page is one too."""
    pages = {"nowhere/": "404.html", "zh/models/nowhere/": "zh/404.html", "assets/": "404.html", "search/": "404.html"}
    for path, page in pages.items():
        status, _, body = ask(served.address + path)
        assert (status, body) == (404, (released / page).read_bytes()), path


def test_an_address_without_its_last_slash_leads_on_under_the_name_that_was_asked(served: Served) -> None:
    """Behind another server, the port and the protocol of this one lead nowhere."""
    parts = urlsplit(served.address)
    assert parts.hostname
    connection = HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("GET", f"{parts.path}models/ant")
    location = connection.getresponse().headers["Location"]
    assert (
        urljoin(f"https://example.org{parts.path}models/ant", location) == f"https://example.org{parts.path}models/ant/"
    )


def test_a_server_names_the_kind_of_each_file(served: Served) -> None:
    kinds = {
        "models/ant.md": "text/markdown",
        "data/releases.atom": "application/atom+xml",
        "data/releases.ics": "text/calendar",
        "data/variants.csv": "text/csv",
        "data/references.bib": "text/plain",
        "data/catalogue.json": "application/json",
        "llms.txt": "text/plain",
        "assets/favicon.svg": "image/svg+xml",
        "sitemap.xml": "application/xml",
    }
    answers = {path: ask(served.address + path) for path in kinds}
    assert {path: status for path, (status, _, _) in answers.items() if status != 200} == {}
    assert {path: headers.get_content_type() for path, (_, headers, _) in answers.items()} == kinds
