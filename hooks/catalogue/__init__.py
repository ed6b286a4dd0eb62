"""Read, check and derive: YAML and BibTeX in, frozen records and findings out.

Imports neither MkDocs nor `render`. Start at `catalogue.load`.
"""
