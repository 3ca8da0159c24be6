"""Performing effects: texts and calls go out, and what became of each comes back as an event.

The right to perform an effect is one SQL claim, and these three steps are its life:

1. `claiming`: claim, and write down each attempt, before anything is said to the provider;
2. `sending`: speak to the provider, from a rolling pool of threads, so that one slow call holds up nobody;
3. `results`: record in batches; the transaction that records a result closes the effect.

A crash between 2 and 3 leaves a claimed effect whose lease lapses. Whoever takes it up then asks the provider first,
and only if the provider knows nothing sends again, marked as a repeat: a page may come twice, never not at all.
"""

from dispatch.deliver.sending import Sender

__all__ = ["Sender"]
