"""Comity: a node for authorities that cooperate across a border."""

from importlib.metadata import version

__version__ = version("comity")
