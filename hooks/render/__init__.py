"""Frozen records in, text out: Markdown, HTML, SVG, CSV and JSON.

Pure functions and Jinja templates. Imports `catalogue`, never MkDocs. Start at `render.site`.
"""

import sys
from pathlib import Path

# labs/ stands beside hooks/, and MkDocs puts the folder of its hook alone on the path.
sys.path.append(str(Path(__file__).parents[2]))
