"""PostgreSQL: tables, named queries (one file per noun), migrations, field encryption."""
