"""Read, check and derive: YAML and BibTeX in, frozen records and findings out.

Imports neither MkDocs nor `render`. Start at `catalogue.load`.
"""

import sys
from pathlib import Path

# labs/ stands beside hooks/, and MkDocs puts the folder of its hook alone on the path.
sys.path.append(str(Path(__file__).parents[2]))
