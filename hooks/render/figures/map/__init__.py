"""The map of models: lines as on a plan of a metro, one for each track, and where each model leaves another's line.

`family` says which stop stands on which line, without places. `across` draws it along a horizontal axis of time,
`down` row by row for a phone.
"""
