"""Checks of what is written beside the data: hand-written pages, their markup, words of the interface."""
