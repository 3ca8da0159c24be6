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

Beside `flow` (what happens, in order), `store` (the record), `queue` (Redis), `deliver` and `channels` (reaching
people), `api`, `console`, `cli` and `http` (the ways in), `exports`, `demo`, and the data in `policies` and `rules`.
The decisions, by what they speak of (a test keeps this list whole):

    a contact      contact, contactvalues, facts, disposition, assessed, triage, prompts, priority, regrade, recontact
    a case         case, casefile (a case and one decision about it), opening, working, answering, closure, overdue,
                   codes; matter (what has no case), deadline, effects
    paging         ladder, escalation, laddering, page, asking, alarm, alarming
    matching       need, matching, eligibility (filters), ranking, choosing, teammix, skills
    a policy       policy, policyfile, policyreader, policytables, ladderfile
    people         responder, marks (what is thought of one now), credential, renewal, rulepack, rulepackfile,
                   signature, debrief, rest
    duty           roster, shift, rotation, override, spell, coverage, fairness, reminder, shiftcheck, departure,
                   handoff, swap, swapcodes; teamsettings
    a roster file  rosterfile, rosterpeople, rosterrules, rosterexport, teamfile, yamlfile
    time           clock, wallclock, hours, spans, publicholidays
    words          wording, spoken, slots (what may be filled in), gsm7; grammar, reply, replymeanings
    running it     access, measures, errors, settings, logs, bootstrap, duties (of the processes), rebuild, web
"""
