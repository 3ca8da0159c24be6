"""The record: what happened and what is true. Losing it is a disaster; everything else is refilled from it.

engine      `Record`: the one writing transaction, the consistent look
types       columns that refuse accidents; `sealing` and `keyring` for personal fields, `datakeys` to forget a person
schema      the domain's tables; `tables_infra` the machinery's; `migrate` brings a database to them
ledger      the hash-chained history, always a transaction's last statement
outbox, deadlines, inbox, idempotency    what must be done, by when, what came in, what was promised: one SQL claim each
backup      copies, and the check that a record is whole

The other modules are one a noun: its rows as the decisions know them.
"""
