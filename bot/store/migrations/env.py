"""Alembic's entry: one connection, our tables."""

from alembic import context
from sqlalchemy import create_engine, text

from bot.store import tables

LOCK = 727_266_001
"""Two processes that migrate at once wait for each other."""


def run() -> None:
    """Run the migrations under an advisory lock."""
    engine = create_engine(str(context.config.get_main_option("sqlalchemy.url")))
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        context.configure(
            connection=connection, target_metadata=tables.Base.metadata, compare_type=True
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
