"""Staff and rota, escalations, notifications, open questions, screening of inbound messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('duty_shift',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('weekdays', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('starts', sa.String(length=5), nullable=False),
    sa.Column('ends', sa.String(length=5), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('on_holidays', sa.Boolean(), nullable=False),
    sa.Column('phases', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_duty_shift_staff_id'), 'duty_shift', ['staff_id'], unique=False)
    op.create_table('staff_reply',
    sa.Column('provider_reference', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
    sa.PrimaryKeyConstraint('provider_reference')
    )
    op.create_table('escalation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.String(length=4), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('child_id', sa.Uuid(), nullable=True),
    sa.Column('inbound_id', sa.Uuid(), nullable=True),
    sa.Column('category', sa.String(length=30), nullable=False),
    sa.Column('tier', sa.String(length=10), nullable=False),
    sa.Column('phase', sa.String(length=10), nullable=False),
    sa.Column('speaker', sa.String(length=20), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('cannot_talk', sa.Boolean(), nullable=False),
    sa.Column('promised', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('acknowledge_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_id', sa.Uuid(), nullable=True),
    sa.Column('called_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('channel_number', sa.Integer(), nullable=False),
    sa.Column('tried', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('next_call_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('assigned_id', sa.Uuid(), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('proof_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assigned_id'], ['staff.id'], ),
    sa.ForeignKeyConstraint(['called_id'], ['staff.id'], ),
    sa.ForeignKeyConstraint(['child_id'], ['contact.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], ),
    sa.ForeignKeyConstraint(['inbound_id'], ['inbound.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('escalation_call', 'escalation', ['next_call_at'], unique=False, postgresql_where=sa.text('next_call_at IS NOT NULL'))
    op.create_index('escalation_proof', 'escalation', ['proof_at'], unique=False, postgresql_where=sa.text('proof_at IS NOT NULL'))
    op.create_index('escalation_unclosed', 'escalation', ['contact_id'], unique=False, postgresql_where=sa.text("state <> 'closed'"))
    op.create_index(op.f('ix_escalation_code'), 'escalation', ['code'], unique=False)
    op.create_index(op.f('ix_escalation_contact_id'), 'escalation', ['contact_id'], unique=False)
    op.create_table('escalation_step',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(length=24), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('inbound_id', sa.Uuid(), nullable=True),
    sa.Column('detail', sa.String(length=80), nullable=False),
    sa.Column('note', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalation.id'], ),
    sa.ForeignKeyConstraint(['inbound_id'], ['inbound.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_escalation_step_escalation_id'), 'escalation_step', ['escalation_id'], unique=False)
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('message_id', sa.String(length=40), nullable=False),
    sa.Column('values', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error_code', sa.Integer(), nullable=True),
    sa.Column('provider_reference', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sending_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalation.id'], ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_notice_escalation_id'), 'notice', ['escalation_id'], unique=False)
    op.create_index(op.f('ix_notice_provider_reference'), 'notice', ['provider_reference'], unique=False)
    op.create_index(op.f('ix_notice_staff_id'), 'notice', ['staff_id'], unique=False)
    op.create_index('notice_waiting', 'notice', ['next_attempt_at'], unique=False, postgresql_where=sa.text("status IN ('queued','sending')"))
    op.create_table('safety_question',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('contact_id', sa.Uuid(), nullable=False),
    sa.Column('inbound_id', sa.Uuid(), nullable=False),
    sa.Column('escalation_id', sa.Uuid(), nullable=True),
    sa.Column('category', sa.String(length=30), nullable=False),
    sa.Column('tier', sa.String(length=10), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_again', sa.Boolean(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=12), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], ),
    sa.ForeignKeyConstraint(['escalation_id'], ['escalation.id'], ),
    sa.ForeignKeyConstraint(['inbound_id'], ['inbound.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_safety_question_contact_id'), 'safety_question', ['contact_id'], unique=False)
    op.create_index('safety_question_open', 'safety_question', ['due_at'], unique=False, postgresql_where=sa.text('settled_at IS NULL'))
    op.add_column('contact', sa.Column('advocate_id', sa.Uuid(), nullable=True))
    op.add_column('contact', sa.Column('held_by_id', sa.Uuid(), nullable=True))
    op.add_column('contact', sa.Column('journey_held_at', sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key('contact_held_by_id_fkey', 'contact', 'staff', ['held_by_id'], ['id'])
    op.create_foreign_key('contact_advocate_id_fkey', 'contact', 'staff', ['advocate_id'], ['id'])
    op.add_column('inbound', sa.Column('screened_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('inbound', sa.Column('safety', sa.String(length=20), nullable=True))
    op.add_column('inbound', sa.Column('category', sa.String(length=30), nullable=True))
    op.create_index('inbound_unscreened', 'inbound', ['sequence'], unique=False, postgresql_where=sa.text('screened_at IS NULL'))
    op.add_column('staff', sa.Column('number_hash', sa.LargeBinary(), nullable=True))
    op.add_column('staff', sa.Column('email', sa.LargeBinary(), nullable=True))
    op.add_column('staff', sa.Column('language', sa.String(length=12), nullable=False, server_default='es'))
    op.add_column('staff', sa.Column('left_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f('ix_staff_number_hash'), 'staff', ['number_hash'], unique=False)
    op.add_column('task', sa.Column('tier', sa.String(length=10), nullable=True))
    op.add_column('task', sa.Column('due_at', sa.DateTime(timezone=True), nullable=True))
    op.alter_column('staff', 'language', server_default=None)
    op.execute("UPDATE inbound SET screened_at = received_at WHERE state <> 'waiting'")


def downgrade() -> None:
    op.drop_column('task', 'due_at')
    op.drop_column('task', 'tier')
    op.drop_index(op.f('ix_staff_number_hash'), table_name='staff')
    op.drop_column('staff', 'left_at')
    op.drop_column('staff', 'language')
    op.drop_column('staff', 'email')
    op.drop_column('staff', 'number_hash')
    op.drop_index('inbound_unscreened', table_name='inbound', postgresql_where=sa.text('screened_at IS NULL'))
    op.drop_column('inbound', 'category')
    op.drop_column('inbound', 'safety')
    op.drop_column('inbound', 'screened_at')
    op.drop_constraint('contact_held_by_id_fkey', 'contact', type_='foreignkey')
    op.drop_constraint('contact_advocate_id_fkey', 'contact', type_='foreignkey')
    op.drop_column('contact', 'journey_held_at')
    op.drop_column('contact', 'held_by_id')
    op.drop_column('contact', 'advocate_id')
    op.drop_index('safety_question_open', table_name='safety_question', postgresql_where=sa.text('settled_at IS NULL'))
    op.drop_index(op.f('ix_safety_question_contact_id'), table_name='safety_question')
    op.drop_table('safety_question')
    op.drop_index('notice_waiting', table_name='notice', postgresql_where=sa.text("status IN ('queued','sending')"))
    op.drop_index(op.f('ix_notice_staff_id'), table_name='notice')
    op.drop_index(op.f('ix_notice_provider_reference'), table_name='notice')
    op.drop_index(op.f('ix_notice_escalation_id'), table_name='notice')
    op.drop_table('notice')
    op.drop_index(op.f('ix_escalation_step_escalation_id'), table_name='escalation_step')
    op.drop_table('escalation_step')
    op.drop_index(op.f('ix_escalation_contact_id'), table_name='escalation')
    op.drop_index(op.f('ix_escalation_code'), table_name='escalation')
    op.drop_index('escalation_unclosed', table_name='escalation', postgresql_where=sa.text("state <> 'closed'"))
    op.drop_index('escalation_proof', table_name='escalation', postgresql_where=sa.text('proof_at IS NOT NULL'))
    op.drop_index('escalation_call', table_name='escalation', postgresql_where=sa.text('next_call_at IS NOT NULL'))
    op.drop_table('escalation')
    op.drop_table('staff_reply')
    op.drop_index(op.f('ix_duty_shift_staff_id'), table_name='duty_shift')
    op.drop_table('duty_shift')
