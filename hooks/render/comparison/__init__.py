"""Any models side by side: what each says, row by row, and how the rows compare."""
