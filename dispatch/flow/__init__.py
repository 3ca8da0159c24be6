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

Each function's first argument is `actor`, checked against the one table in `dispatch.access`. There is no branching on
state here: what an event means belongs to the tables of `case`, `escalation`, `page` and `alarm`.

Where everything else is (a test keeps this list whole):

    the way in and out   service (what every function is given); commit (load, decide, commit: the only way a case
                         changes); matters (the same for what has no case); rosters (a team as it is now); names, views,
                         caseviews (rows as they are shown); service_alarms (alarms without a case); sweeping (the
                         auditor)
    a contact            filing, answers, preview, scoring, instruments, exchange, briefs
    a page and a case    paging, passedover, teams (who may join a case), aftermath (what work leaves behind), blame (a
                         number that cannot be paged), words (what a page and an alarm may say)
    a text               situation (what its sender is in), texted, proofs, textduty, swaptexts, unplaced
    people               people, rostering, rosterrows (rosters in and out of the record), responders, directory,
                         marking (what is thought of them now), verifying (a number is theirs), training, expiries,
                         feeds (calendars)
    duty                 duty, planned, covering (gaps ahead), standby (the last one who goes), reminders, shiftchecks,
                         sharing (who does how much)
    swaps and hand-offs  swaps, swapasks, swaplooks, swapwords; handoffs, handofflooks, handable, departures
    what leads answer    waivers, signatures, unsigned, debriefs
    screens              desk (what only screens need)
    running it           admin, sessions, tries (wrong passwords), live, health, measuring
"""
