"""Publish a finished site: pages of single figures, site map, fingerprints, compressed copies, and two renames that replace the last site.

A build that is killed or fails leaves the last site as it was; its folders go when the next one begins.
"""

import base64
import gzip
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from os.path import commonprefix
from pathlib import Path

import brotli
from markupsafe import Markup

from catalogue.revision import run_git
from render.assets import FOLDER, SCRIPTS, SHEETS, STYLES
from render.site import Edition


class CannotReplace(Exception):
    pass


@dataclass(frozen=True)
class StagedSite:
    """A folder to build into, and the site it will be; `apart` is for an edition built by another process."""

    site: Path
    folder: Path
    apart: Path

    def publish(self) -> None:
        """Raises CannotReplace."""
        last = _sibling_folder(self.site, "old")
        try:
            if self.site.exists():
                _keep_hidden_files(self.site, self.folder)
                shutil.copymode(self.site, self.folder)
                self.site.rename(last)
            self.folder.rename(self.site)
        except OSError as error:
            if last.exists() and not self.site.exists():
                last.rename(self.site)
            raise CannotReplace(_why_not_replaced(self.site, error)) from error
        shutil.rmtree(last, ignore_errors=True)
        self.discard()

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.apart, ignore_errors=True)


def stage_site(site: Path) -> StagedSite:
    """Make an empty folder beside the site. Raises CannotReplace."""
    site = site.resolve()
    staged = StagedSite(site, _sibling_folder(site, "new"), _sibling_folder(site, "apart"))
    try:
        if site.exists() and not site.is_dir():
            raise FileExistsError(None, "it is a file")
        if site.exists() and not os.access(site, os.W_OK):
            raise PermissionError(None, "the folder is read-only")
        site.parent.mkdir(parents=True, exist_ok=True)
        for left in _left_behind(site):
            if left.name.startswith(f".{site.name}.old") and not site.exists():
                left.rename(site)  # killed between the two renames
            shutil.rmtree(left, ignore_errors=True)
        staged.folder.mkdir()
    except OSError as error:
        raise CannotReplace(_why_not_replaced(site, error)) from error
    return staged


def _sibling_folder(site: Path, kind: str) -> Path:
    """Of this process, so that two builds at once do not meet."""
    return site.with_name(f".{site.name}.{kind}-{os.getpid()}")


def _left_behind(site: Path) -> Iterator[Path]:
    for kind in ("old", "new", "apart"):
        for path in site.parent.glob(f".{site.name}.{kind}-*"):
            process = path.name.rpartition("-")[2]
            if process.isdigit() and (int(process) == os.getpid() or not _is_running(int(process))):
                yield path


def _is_running(process: int) -> bool:
    """True where the system cannot be asked without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _why_not_replaced(site: Path, error: OSError) -> str:
    return (
        f"{site} cannot be replaced: {error.strerror}. The site is built beside it, so that folder and the one above have "
        "to be writable, on one disk; or build into another folder: mkdocs build -d …"
    )


def _keep_hidden_files(site: Path, folder: Path) -> None:
    """What begins with a dot, such as `.git`, no build makes and MkDocs leaves alone."""
    for path in site.glob(".*"):
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, folder / path.name, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(path, folder / path.name, follow_symlinks=False)


_MAP = Markup("""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">
{urls}</urlset>
""")
_URL = Markup("<url><loc>{loc}</loc>{changed}{editions}</url>\n")
_EDITION = Markup('<xhtml:link rel="alternate" hreflang="{language}" href="{href}"/>')


def write_sitemap(
    site: Path, edition: Edition, pages: Mapping[str, str], addresses: Mapping[str, str], root: Path
) -> None:
    """Write sitemap.xml and robots.txt, in place of the generator's.

    `pages` are paths of sources by address, the same in each edition; `addresses` are those of the editions by
    language.
    """
    sources = {path: _page_sources(edition, path, addresses) for path in pages.values()}
    for old in site.rglob("sitemap.xml*"):
        old.unlink()
    days = last_changes(root)
    (first, *_) = addresses.values()
    urls = Markup("").join(
        _URL.format(
            loc=address + url,
            changed=Markup("<lastmod>{}</lastmod>").format(day) if (day := _last_change(days, sources[path])) else "",
            editions=Markup("").join(
                _EDITION.format(language=language, href=href + url)
                for language, href in [*addresses.items(), ("x-default", first)]
            ),
        )
        for address in addresses.values()
        for url, path in sorted(pages.items())
    )
    (site / "sitemap.xml").write_text(str(_MAP.format(urls=urls)), encoding="utf-8", newline="\n")
    (site / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {first}sitemap.xml\n", encoding="utf-8", newline="\n"
    )


def _page_sources(edition: Edition, path: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Files of the project that a page is made from; a folder ends with a slash."""
    page = edition.site.pages.get(path)
    if page is None:
        return tuple(f"docs/{language}/{path}" for language in languages)
    return (edition.context.catalogue.places[page.entry].partition("#")[0],) if page.entry else ("data/",)


def _last_change(days: Mapping[str, str], sources: Collection[str]) -> str:
    files, folders = {*sources}, tuple(source for source in sources if source.endswith("/"))
    return max((day for path, day in days.items() if path in files or path.startswith(folders)), default="")


def last_changes(root: Path) -> dict[str, str]:
    """Day of the last commit to each file of data and pages; empty without the whole history."""
    if run_git(root, "rev-parse", "--is-shallow-repository") != "false\n":
        return {}
    log = run_git(
        root, "log", "--format=%x00%cd", "--date=format:%Y-%m-%d", "--name-only", "--relative", "--", "data", "docs"
    )
    days: dict[str, str] = {}
    for commit in log.split("\0")[1:]:
        day, _, names = commit.partition("\n")
        for name in names.split():
            days.setdefault(name, day)
    return days


_AS_WRITTEN = re.compile(r"(<(?:pre|textarea|script|style)\b.*?</(?:pre|textarea|script|style)>)", re.DOTALL)
_DATA = '<script type="application/json"'
# Material's, on check boxes, which have nothing to complete.
_TOGGLE = re.compile(r'(<input class="md-toggle"[^>]*) autocomplete="off"')
_APOSTROPHE = re.compile(r"(?:'|&#39;)(?=(s\b)|[a-z\s.,;:)]|$)")


def fingerprint_assets(site: Path, pages: Iterable[str], from_disk: bool) -> None:
    """`from_disk` makes the site open without a server."""
    if from_disk:
        inline_fonts(site)
    fonts = sorted(f"{FOLDER}/fonts/{path.name}" for path in (site / FOLDER / "fonts").glob("*.woff2"))
    names = rename_by_content(site, [*fonts, *SHEETS, *SCRIPTS])
    for page in (*pages, "404.html"):
        text = normalize_html(with_new_names((site / page).read_text(encoding="utf-8"), names))
        _write_text(site / page, text)


def inline_fonts(site: Path) -> None:
    """A browser loads no fonts from a folder on disk."""
    styles = site / STYLES
    text = styles.read_text(encoding="utf-8")
    for font in (site / FOLDER / "fonts").glob("*.woff2"):
        data = base64.b64encode(font.read_bytes()).decode()
        text = re.sub(rf'url\("?fonts/{re.escape(font.name)}"?\)', f'url("data:font/woff2;base64,{data}")', text)
        font.unlink()
    _write_text(styles, text)


def rename_by_content(site: Path, files: Collection[str]) -> dict[str, str]:
    """Files that name others come last."""
    names: dict[str, str] = {}
    for path in files:
        file = site / path
        if file.suffix in (".css", ".js"):
            _write_text(file, with_new_names(file.read_text(encoding="utf-8"), names, below=f"{FOLDER}/"))
        digest = blake2b(file.read_bytes(), digest_size=4).hexdigest()
        names[path] = path.removesuffix(file.suffix) + f".{digest}{file.suffix}"
        file.rename(site / names[path])
    return names


def with_new_names(text: str, names: dict[str, str], below: str = "") -> str:
    """In a file `below` a folder, names begin there."""
    if not names:
        return text
    short = {old.removeprefix(below): new.removeprefix(below) for old, new in names.items()}
    same = commonprefix(list(short))  # noqa: RUF071  by letters: a pattern that begins with some is searched for fast
    rest = "|".join(re.escape(name.removeprefix(same)) for name in sorted(short, key=len, reverse=True))

    def new_name(match: re.Match[str]) -> str:
        return short[match[0]] if text[match.start() - 1] in "\"'/(" else match[0]

    return re.sub(f"{re.escape(same)}(?:{rest})(?=[\"')])", new_name, text)


_ANCHOR = '<a class="headerlink"'  # seen by who points at a heading; no stop on the way of a keyboard


def normalize_html(html: str) -> str:
    """Without empty lines and indents; apostrophes are printed ones, but where text is shown or run as written."""
    parts = _AS_WRITTEN.split(_TOGGLE.sub(r"\1", html))
    for at, part in enumerate(parts):
        if at % 2 == 0:
            parts[at] = _with_apostrophes(_without_indents(part)).replace(_ANCHOR, f'{_ANCHOR} tabindex="-1"')
        elif part.startswith(_DATA):
            parts[at] = _with_apostrophes(part)
        elif part.startswith("<pre>"):  # long lines scroll with the keyboard too
            parts[at] = part.replace("<pre>", '<pre tabindex="0">', 1)
    return "".join(parts)


def _with_apostrophes(html: str) -> str:
    """Behind a letter, or a link to what has something; in no tag and no code."""

    def printed(match: re.Match[str]) -> str:
        before = match.start()
        last = html[before - 1 : before]
        if not (last.isalnum() or (last == ">" and match[1])):
            return match[0]
        in_tag = html.rfind("<", 0, before) > html.rfind(">", 0, before)
        in_code = html.rfind("<code", 0, before) > html.rfind("/code>", 0, before)
        return match[0] if in_tag or in_code else "’"

    return _APOSTROPHE.sub(printed, html)


def _without_indents(html: str) -> str:
    first, *rest = html.split("\n")
    if not rest:
        return html
    *middle, last = rest
    return "\n".join([first.rstrip(), *filter(None, map(str.strip, middle)), last.lstrip()])


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


_LEAST = 500  # bytes; below it the answer fits into one packet anyway
_TEXT = {
    *(".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".md"),
    *(".csv", ".bib", ".ris", ".atom", ".ics", ".yaml"),
}


def compress_files(site: Path) -> None:
    for path in _compressible_files(site):
        content = path.read_bytes()
        for suffix, packed in (
            (".gz", gzip.compress(content, 9, mtime=0)),
            # A window larger than the content takes longer to set up.
            (".br", brotli.compress(content, quality=9, lgwin=min(max(len(content).bit_length(), 16), 22))),
        ):
            if len(packed) < len(content):
                path.with_name(path.name + suffix).write_bytes(packed)


def _compressible_files(site: Path) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        if (
            path.suffix in _TEXT
            and path.is_file()
            and path.stat().st_size >= _LEAST
            and not path.with_name(f"{path.name}.br").exists()
        ):
            yield path


_FIGURE = re.compile(r'<figure\b[^>]*?\bid="([\w-]+)".*?</figure>', re.DOTALL)
# What the head of a page says of it to programs that look for pages.
_OF_A_PAGE = re.compile(
    r'<(?:meta (?:property="og:|name="twitter:)|link rel="(?:alternate|canonical))[^>]*>\s*'
    r'|<script type="application/ld\+json">.*?</script>\s*|<title>.*?</title>\s*',
    re.DOTALL,
)
_PAGE = """{head}<title>{title}</title>
<meta name="robots" content="noindex">
<base target="_blank">
</head>
<body dir="ltr">
<main class="md-typeset ds-embedded">
<h1 class="ds-hidden">{title}</h1>
{figure}
<p class="ds-legend"><a href="./#{anchor}">{title}</a> · CC BY 4.0</p>
</main>
</body>
</html>
"""


def embedded_figures(html: str, title: str) -> Iterator[tuple[str, str]]:
    """The name and the text of the page of each figure of a finished page."""
    head = ""
    for found in _FIGURE.finditer(html):
        head = head or _OF_A_PAGE.sub("", html[: html.index("</head>")])
        figure = found[0].replace('href="#', 'href="./#')
        given = {"head": head, "title": escape(title), "figure": figure, "anchor": found[1]}
        yield f"embed-{found[1]}.html", _PAGE.format(**given)
