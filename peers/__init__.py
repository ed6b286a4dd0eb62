"""The catalogue and the labs held against Hugging Face transformers. Not part of the site or of its tests; see `make peers`."""
