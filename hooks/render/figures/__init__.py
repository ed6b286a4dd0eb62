"""Figures as inline SVG: records in, markup out. Python owns data and places, templates own shapes."""
