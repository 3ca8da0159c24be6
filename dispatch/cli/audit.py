"""`dispatch audit verify`: does the history still hold together."""

from __future__ import annotations

import typer

from dispatch.cli.shell import AsJson, group, one_line, print_json, working

app = group("The append-only history.")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Walk both hash chains, what was done and who looked. Exit 1 at the first broken link, naming it."""
    from dispatch.cli.local import service
    from dispatch.store import ledger

    with service() as (_, svc, _given), working("walking the history"), svc.record.read() as conn:
        chains = {"ledger": ledger.HISTORY, "looks": ledger.LOOKS}
        broken = {name: ledger.verify(conn, chain=chain) for name, chain in chains.items()}
        entries = {name: ledger.last(conn, chain=chain) for name, chain in chains.items()}
    if as_json:
        print_json(
            {
                name: {"entries": entries[name], "broken_at": link and link.n, "problem": link and link.problem}
                for name, link in broken.items()
            }
        )
    for name, link in broken.items():
        if link is None and not as_json:
            print(f"{name}: {entries[name]} entries, every link holds")
        if link is not None:
            one_line(f"{name}, entry {link.n}: {link.problem}")
    if any(broken.values()):
        raise typer.Exit(1)
