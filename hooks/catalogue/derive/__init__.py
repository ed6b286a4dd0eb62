"""Numbers recomputed from an architecture, each with its working."""
