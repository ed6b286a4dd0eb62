"""After MkDocs has written the pages of an edition: search index, fingerprints, site map, publishing.

Knows the built site and nothing of MkDocs.
"""
