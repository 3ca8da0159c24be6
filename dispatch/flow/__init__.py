"""The package to read first: what happens to a contact, stage by stage.

    1. logged      intake.log_contact        a contact comes in; idempotent; 201 means it survives any crash
    2. scored      assessing.assess          protocols score, triage gives urgency, mode and respond-by
    3. queued      (in the same commit)      the case takes its place: urgency, respond-by, arrival
    4. matched     searching.match_some      one matcher a team asks people, most urgent case first
    5. paged       dispatch.deliver          effects leave by the outbox; their results come back as events
    6. answered    inbound: replies, voice,  texts, keys, delivery reports: kept first, acted on once
                   reports
       or silence  firing.fire_due           deadlines fire: the next step, the next person, an alarm
    7. worked      work                      on the way, on scene, spoken with, cleared, closed
    8. looked at   looks, boards, history    every read of a case or a person

Beside them: `commit` (load, decide, commit: the only way a case changes), `people` and `rosters` (who there is),
`admin` and `sessions` (who may sign in), `sweeping` (the auditor of it all), `service` (what every function is given).

Each function's first argument is `actor`, checked against the one table in `dispatch.access`. There is no branching on
state here: what an event means belongs to the tables of `case`, `escalation`, `page` and `alarm`.
"""
