"""Keeps the documents true: what they show of the code is written by the code."""
