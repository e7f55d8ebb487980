"""found by what they belong to: caregivers of a child, what points at a message that is erased"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INDEXES = (
    ("contact", "child_id"),
    ("task", "inbound_id"),
    ("escalation_step", "inbound_id"),
    ("answer", "inbound_id"),
)


def upgrade() -> None:
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
