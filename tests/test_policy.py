"""What pages may load and run, what search engines are told, and that nothing asks a browser for more."""

import base64
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from building import ROOT
from postbuild import publish
from render.assets import POLICY

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
DATA = ("application/json", "application/ld+json")  # not run, so no policy is asked


def html(site: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(site.rglob("*.html")):
        yield path.relative_to(site), path.read_text(encoding="utf-8")


def test_every_page_has_the_policy_and_keeps_to_it(built: Path, pages: dict[Path, LexborHTMLParser]) -> None:
    wrong = []
    for path, text in html(built):
        tree = pages.get(path) or LexborHTMLParser(text)
        metas = [m for m in tree.css("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
        if [meta.attributes.get("content") for meta in metas] != [POLICY] or tree.css_first("style") is not None:
            wrong.append((path, "no policy"))
        if metas and text.index("Content-Security-Policy") > min(
            (text.index(tag) for tag in ("<script", "<style", '<link rel="stylesheet"') if tag in text),
            default=len(text),
        ):
            wrong.append((path, "what comes before the policy is not under it"))
        for script in tree.css("script"):
            if {"src", "data-src"} & script.attributes.keys() or script.attributes.get("type") in DATA:
                continue
            digest = base64.b64encode(sha256(script.text().encode()).digest()).decode()
            if f"'sha256-{digest}'" not in POLICY:
                wrong.append((path, script.text()[:60]))
        if tree.css_first("[style]") is not None:
            wrong.append((path, "style"))
        wrong += [(path, a) for node in tree.css("body *") for a in node.attributes if a.startswith("on")]
    assert wrong == []


@pytest.mark.browser
def test_chromium_runs_no_script_that_is_not_ours(address: str, page: Page) -> None:
    """The policy stands in the page: a script that came in with the data would not run, nor a style apply."""
    page.goto(f"{address}models/deepseek-v3/")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    ran = page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.dsEvil = 1";
            document.body.append(script);
            const image = document.createElement("div");
            image.innerHTML = '<img src="x" onerror="window.dsEvil = 1"><p id="styled" style="color: red">x</p>';
            document.body.append(image);
            return [window.dsEvil, document.getElementById("styled").style.color];
        }"""
    )
    page.wait_for_timeout(200)
    assert ran == [None, ""]
    assert page.evaluate("window.dsEvil") is None
    assert sum("Content Security Policy" in text for text in said) >= 2


def test_days_of_the_site_map_are_those_of_the_data(built: Path) -> None:
    days = publish.last_changes(ROOT)
    if not days:
        pytest.skip("needs the history of the repository")
    root = ElementTree.parse(built / "sitemap.xml").getroot()
    listed = {url.findtext(f"{MAP}loc") or "": url.findtext(f"{MAP}lastmod") for url in root}
    home = min(listed, key=len)
    assert listed[f"{home}models/deepseek-v3/"] == days["data/models/deepseek-v3.yaml"]
    assert listed[f"{home}zh/models/deepseek-v3/"] == days["data/models/deepseek-v3.yaml"]
    assert all(date.fromisoformat(day) for day in listed.values() if day)


def test_the_day_of_a_file_is_that_of_its_last_change(tmp_path: Path) -> None:
    file = tmp_path / "data" / "a.yaml"
    file.parent.mkdir()

    def git(*arguments: str, day: str = "2024-01-01") -> None:
        dates = {"GIT_COMMITTER_DATE": f"{day}T12:00:00", "GIT_AUTHOR_DATE": f"{day}T12:00:00"}
        who = ("-c", "user.name=A", "-c", "user.email=a@b")
        subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True, env={**os.environ, **dates})

    git("init", "-q")
    for day in ("2024-01-01", "2024-02-03"):
        file.write_text(day)
        git("add", ".")
        git("commit", "-qm", day, day=day)
    assert publish.last_changes(tmp_path) == {"data/a.yaml": "2024-02-03"}


def test_what_a_pull_request_runs_may_read_alone() -> None:
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        flow = yaml.safe_load(text)
        assert "pull_request_target" not in text, path.name
        assert flow["permissions"] == {"contents": "read"}, path.name
        assert "secrets." not in text, path.name
