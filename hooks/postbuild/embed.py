"""A page for each figure with an anchor, which shows it alone: `embed-<anchor>.html` beside the figure's own page.

It may be shown in a frame on another site. Addresses in it are those of its page, since both lie in one folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

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
