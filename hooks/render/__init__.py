"""Frozen records in, text out: Markdown, HTML, SVG, CSV and JSON.

Pure functions and Jinja templates. Imports `catalogue`, never MkDocs. Start at `render.site`.
"""

import catalogue  # noqa: F401  puts labs/ within reach
