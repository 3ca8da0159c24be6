"""What we decide. The map: the stages of a contact, and the file that owns each.

    1 logged         flow.intake -> contact, case
    2 scored         protocols.engine -> triage
    3 queued         priority is the order; queue.waiting the sorted set
    4 matched        flow.paging -> roster, credential, matching
    5 paged          effect SendPage -> deliver -> wording -> channels
    6 acknowledged   webhook -> reply -> flow.paging; or escalated: ticker -> escalation
    7 worked, closed flow.work -> case, closure
    8 reported       measures, from the ledger

The one rule: every step is a pure decision (the modules named for nouns; plain data and `now` in, plain data with
reasons out) committed in one transaction by `flow`, and everything outside the record can be lost and rebuilt.
"""
