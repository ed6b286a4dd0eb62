"""Static figures of mechanisms: each function draws panels. May import labs and the catalogue, no pages."""
