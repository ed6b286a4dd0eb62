"""Static figures of mechanisms: each function places shapes in panels. May import labs and the catalogue, no pages."""
