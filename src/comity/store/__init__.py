"""The node's own database: tables, rows as frozen dataclasses, and transactions."""
