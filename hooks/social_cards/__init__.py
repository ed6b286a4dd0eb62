"""Pictures that other sites show beside a link: one for each model and technique, one for all other pages.

The catalogue in, PNG out. In Chinese where the machine that builds has the letters; else both editions show the English
ones, whose names and numbers are the same. Kept by what they show, so that only what changed is drawn again. Imports no MkDocs.
"""
