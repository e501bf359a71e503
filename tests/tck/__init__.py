"""Runs the public conformance kit of the Dataspace Protocol against a node (CONTRIBUTING)."""
