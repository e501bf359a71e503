"""Fuzzy matching: tokens that records of one subject share though their spelling differs.

A record gives several tokens (`families`), matched like any other (`comity.core.matching`), and
the asker scores at home which of its tokens agreed under one handle (`scoring`). Pure, and of one
version with `comity.core.derivation`: both sides must derive the same bytes.
"""
