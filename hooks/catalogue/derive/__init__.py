"""Numbers that follow from others: recomputed from an architecture, each with its working."""
