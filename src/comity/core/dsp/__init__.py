"""The messages of the Dataspace Protocol 2025-1 as plain JSON (DESIGN D1), by area."""
