"""The demo: the whole service, and around it a world that is made up. Imported by the command line and by tests only.

command    `dispatch demo`: a folder and settings of its own, then the supervisor
world      one process for everything outside the service; it talks to it as Twilio and the public API do
phones/    a Twilio stand-in over HTTP; `lines` is how this demo's phones behave
people     who works here: roster and policy.yaml
arrivals   when contacts come: drawn from figures.yaml, or replayed (`recorded`, `moments`, `kinds`)
contacts   what each of them is about, as an operator would log it
habits     what responders do with their phones; `texts` is how they read them, `hands` who has one in the hand
office     what the operator and the coordinator do at their desks, through `client`
opening    the first two minutes, scene by scene, on a `stage`; `strip` says in plain words what is happening
outage     kills Redis, for a while
kept       what a world that was started again goes on with
tidy       closed cases are deleted, so that it runs for hours without growing
web        the pages; `control` is what they ask the world
"""

from __future__ import annotations
