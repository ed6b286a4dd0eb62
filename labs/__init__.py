"""Mechanisms of DeepSeek's models in NumPy, one small module each: the papers' symbols as names, shapes in the docstrings.

They are for reading and for the figures of this site, not for speed. tests/test_labs*.py prove what the pages say of them.
"""
