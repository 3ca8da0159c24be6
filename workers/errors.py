"""Why a process did not come up. Each message is one sentence for whoever started it.

CannotStart                  a part of the service keeps dying or does not answer
+-- NoServer                 there is no Redis to run, or nowhere to put its socket
+-- InUse                    another supervisor serves the data directory
+-- NoDataDir                the data directory cannot be made, or not written in
+-- CannotListen             the address people reach cannot be had
"""

from __future__ import annotations

from protocols.errors import ServiceError


class CannotStart(ServiceError):
    status = 503
    title = "The service does not start"


class NoServer(CannotStart):
    title = "No Redis to run"


class InUse(CannotStart):
    title = "Already running"


class NoDataDir(CannotStart):
    title = "Nowhere to keep the data"


class CannotListen(CannotStart):
    title = "Nowhere to listen"
