"""What a backup cannot open is taken out of a restored database: the keys to it are not in it.

The leaf and the numbers of an entry stay, so both trees stay; its contents come back from the peer,
as far as it still has them.
"""

from sqlalchemy import Connection, update

from comity.store.rows.row import Row


def forget_sealed(tx: Connection) -> int:
    """Empty every sealed field; returns in how many rows."""
    emptied = 0
    for row in Row.__subclasses__():
        contents: tuple[str, ...] = getattr(row, "contents", ())
        if not contents:
            continue
        table = row.table
        # Sealed fields are bytes in the table, whatever they are in a row.
        values: dict[str, object] = dict.fromkeys(contents, b"")
        statement = update(table).where(table.c.wrap != 0).values(**values, key=b"", wrap=0)
        emptied += tx.execute(statement).rowcount
    return emptied
