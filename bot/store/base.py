"""What all tables have in common."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ARRAY, CollectionAggregate, DateTime, Uuid, any_, bindparam
from sqlalchemy.orm import DeclarativeBase

Moment = DateTime(timezone=True)


def any_of(name: str) -> CollectionAggregate[Any]:
    """Return what a column of ids is compared with to be one of those in the parameter of this name.

    A statement with it is made once and has one form, however many ids there are: neither SQLAlchemy
    nor PostgreSQL has to look at it anew.
    """
    return any_(bindparam(name, type_=ARRAY(Uuid())))


class Base(DeclarativeBase):
    """All tables."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment}
