"""The fixed opening of two minutes: what this service is for, one thing at a time. Then the replay begins.

Each scene logs one contact through the public API and lets the phones of the front page show what becomes of it. A
visitor may take any phone in the hand and do it themselves; whoever only watches sees the made-up people do it.
"""

from __future__ import annotations

from dispatch.demo.client import NotDone
from dispatch.demo.lines import USUAL
from dispatch.demo.phones.lines import SWITCHED_OFF
from dispatch.demo.phones.network import Network
from dispatch.demo.stage import PATIENCE, Stage


def play(stage: Stage) -> None:
    """All scenes, in order; ends early when the visitor skips them."""
    for number, scene in enumerate((_accepts, _silence, _undelivered, _nobody, _hard_stop, _redis), 1):
        if stage.over or stage.skip.is_set():
            break
        stage.number = number
        try:
            stage.clear()
            scene(stage)
        except NotDone:
            # The visitor may have killed something; the next scene stands by itself.
            stage.rest(2.0)
        finally:
            stage.habits.scripts.pop(None, None)
            for member in stage.members:
                stage.phones.network.behave(member.number, USUAL)
    stage.office.leave.clear()


def _accepts(stage: Stage) -> None:
    stage.show(
        "One key accepts",
        "An operator logs a person in crisis. The screen scores high, and the next person on call is paged by text.",
        "Press 1 on the phone that lights up. If you only watch, its owner will, in a moment.",
        12,
    )
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("accept", 6.0), screen="high")
    stage.taken(case)
    stage.rest(8.5)


def _silence(stage: Stage) -> None:
    stage.show(
        "Silence, so the next person",
        "Whoever is asked first does not answer. After 15 seconds, minutes in real life, the next person is asked.",
        "Leave the first phone alone, and watch the second one.",
        24,
    )
    case = stage.log("suicidal_thoughts", lambda _person, n: ("accept", 3.0) if n else ("ignore", 0.0), screen="high")
    stage.taken(case)
    stage.rest(7.5)


def _undelivered(stage: Stage) -> None:
    stage.show(
        "Undelivered, so the next at once",
        "The next phone is switched off. The carrier says so, and nobody waits: another person is asked that second.",
        "Watch the phone that is off: nothing arrives there, and another lights up within a second.",
        10,
    )
    network = stage.phones.network
    responders = [member for member in stage.members if "responder" in member.post.roles]
    for member in responders:
        network.behave(member.number, SWITCHED_OFF)
    before = next(reversed(network.messages), "")
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("accept", 4.0), screen="high")
    # Only the first phone is off: the others are back before anybody else is asked.
    first = network.wait(lambda: _page_after(network, before), 5.0)
    for member in responders:
        if member.number != first:
            network.behave(member.number, USUAL)
    stage.taken(case)
    stage.rest(7.0)


def _page_after(network: Network, before: str) -> str | None:
    """The number that the first page after the message `before` is for."""
    for sid, message in reversed(network.messages.items()):
        if sid == before:
            return None
        if "PAGE" in message.body and message.direction != "inbound":
            return message.to
    return None


def _nobody(stage: Stage) -> None:
    stage.show(
        "Nobody answers, so an alarm",
        "Nobody answers at any step. At the end of every ladder an alarm rings people, and goes on until one acts.",
        "Watch the ladder climb. The alarm is next.",
        32,
    )
    case = stage.log("suicidal_thoughts", lambda _person, _n: ("ignore", 0.0), screen="moderate")
    stage.until(lambda: stage.line(case).get("state") in (None, "unanswered"), 60.0)
    stage.show(
        "An alarm you must act on",
        f"Nobody took {case.code}. The alarm rings the coordinator's phone again and again until a person acts.",
        'Press "Act on it" and give it to somebody, or press 1 on a phone. If you only watch, the coordinator acts.',
        16,
    )
    taken = stage.until(lambda: stage.owned(case), 16.0)
    # Whoever has begun to act, on a phone or at the coordinator's screen, is not taken over.
    if not taken and (stage.hands.at_work() or any(stage.hands.held(member.id) for member in stage.members)):
        taken = stage.taken(case)
    if not taken and not stage.over:
        stage.office.give(case.id, case.code, set(), [m for m in stage.members if m.post.opening])
    owners = [owner["name"] for owner in stage.line(case).get("owners", [])]
    stage.office.leave.discard(case.id)
    stage.show(
        "A person acted",
        f"{case.code} is with {' and '.join(owners)}, and the alarm is over." if owners else "The alarm is over.",
        "Everybody who was asked is told that nothing is left to do.",
        7,
    )
    stage.rest(7.0)


def _hard_stop(stage: Stage) -> None:
    stage.show(
        "A hard stop",
        "An attempt is in progress. No score is asked for: the operator is told to call 911, and a supervisor and a "
        "responder are rung together, by voice, to stay on the line.",
        "Pick up a ringing phone and press 1, or watch.",
        16,
    )
    case = stage.log("attempt", lambda _person, _n: ("accept", 7.0))
    stage.office.leave.discard(case.id)
    stage.taken(case)
    stage.rest(9.0)


def _redis(stage: Stage) -> None:
    stage.show(
        "Kill Redis",
        "Redis holds the queue: who waits, what is due, jobs. What is true is in the record. Without Redis, contacts "
        "are still logged and pages still go out.",
        "Press the button. Then a contact is logged every few seconds, and you can watch its page go out.",
        14,
    )
    if not stage.until(lambda: stage.outage.gone, 14.0):
        return
    stage.show(
        "Redis is gone",
        "Nothing is lost but the queue. Pages go out from the record, a little later, and the service says so of "
        "itself: degraded.",
        "Watch the phones: contacts come in, somebody is paged, one key accepts.",
        stage.outage.left / stage.second,
    )
    while stage.outage.left > 0 and not stage.over and not stage.skip.is_set():
        _without_redis(stage)
    if not stage.until(lambda: not stage.outage.gone, PATIENCE / stage.second):
        return
    stage.show(
        "Redis is back",
        "It was filled again from the record, by itself: nobody had to do anything.",
        "Next, contacts come by themselves.",
        6,
    )
    stage.rest(6.0)


def _without_redis(stage: Stage) -> None:
    case = stage.log("distress", lambda _person, _n: ("accept", 3.0), screen="high")
    stage.taken(case, 12.0)
    stage.rest(4.0)
