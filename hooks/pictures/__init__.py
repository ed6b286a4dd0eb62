"""Pictures that other sites show beside a link: one for each model and technique, one for all other pages.

The catalogue in, PNG out. Made once for both editions, because names and numbers are the same in them, and kept by
what they show, so that only what changed is drawn again. Imports no MkDocs.
"""
