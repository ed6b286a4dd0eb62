"""Runs that go wrong on purpose, each beside one that is well: what one would log, and nothing else."""
