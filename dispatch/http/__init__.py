"""The door that the JSON API and the pages share: who is asking, whether a form is forged, what an error looks like,
what a browser may do.

    signin.py     Gate(act): the dependency of every endpoint and page; a token or a session cookie becomes an Actor
    forgery.py    unsafe requests with a cookie must come from our own pages
    problems.py   every error as problem+json (RFC 9457), without data
    headers.py    what browsers are told about every answer
    threads.py    the thread pool of endpoints, and the narrow one for slow work
    lane.py       work that is cheaper done together, in one thread
    live.py       the ledger as a stream, read once a process
    hearts.py     what a web process beats as
    guarded.py    connections that send without end, or hardly at all, are cut
    counts.py     the files in which the web processes of a machine count together
"""
