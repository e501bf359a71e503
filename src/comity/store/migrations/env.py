"""How Alembic runs our migrations: on the connection that the store gives it."""

from alembic import context

from comity.store.schema.columns import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
if connection.in_transaction():
    connection.commit()
