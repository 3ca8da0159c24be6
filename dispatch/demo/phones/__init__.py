"""Phones without a telephone network: a Twilio stand-in over HTTP, for the demo, the tests and the benchmark.

The service talks to it through the real Twilio client, and hears from it by real signed webhooks; nothing in the
service knows. What it can do that a polite stand-in cannot is in `lines`: phones that are off, landlines, opt-outs,
filters, errors, lost answers, callbacks that come twice, out of order, before the answer, or never.

    lines     how one number behaves
    records   a message and a call, as the provider's API shows them
    network   everything the stand-in remembers, bounded, and how to wait for it
    api       the provider's HTTP API
    carrier   what becomes of a message that was taken
    calls     what becomes of a call: ringing, speech, keys
    webhooks  signed requests to the service, with the provider's retries
    server    all of it on a port of this machine
"""

from __future__ import annotations
