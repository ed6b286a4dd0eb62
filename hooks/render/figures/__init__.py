"""Figures as inline SVG: Python owns data and places, templates own shapes."""
