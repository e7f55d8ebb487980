"""Store many rows at once by PostgreSQL's COPY: what a share of people tapped and was told."""

from collections.abc import Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.orm import Session

from bot.store.base import Base


def copy_in(session: Session, into: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Store these rows in the caller's transaction; what is encrypted is encrypted as everywhere.

    All rows name the same columns; a column that they do not name gets no default of Python's.
    """
    if not rows:
        return
    connection, names = session.connection(), list(rows[0])
    table: Table = into.__table__  # type: ignore[assignment]
    bound = [table.c[name].type.dialect_impl(connection.dialect) for name in names]
    processors = [kind.bind_processor(connection.dialect) for kind in bound]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    driver = connection.connection.driver_connection
    assert driver is not None, "a connection that is used is open"
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = zip(processors, (row[name] for name in names))
            copy.write_row([process(value) if process else value for process, value in values])
