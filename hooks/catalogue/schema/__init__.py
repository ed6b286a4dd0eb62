"""The one definition of what the catalogue may hold.

Everything that knows the fields of an entry is generated from these classes:
the validator, the JSON Schema for editors, the field reference on the site and
the template for a new entry. They say what a value may look like; rules that
compare values with each other live in `catalogue.rules`.
"""
