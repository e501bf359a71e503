"""Comity's kernel beside other tools for private matching: `make bench-peers`."""
