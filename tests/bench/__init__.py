"""What this machine makes of the service, measured with real processes: `make bench`, or `python -m tests.bench`.

A figure alone says as much about the machine as about the service, so each run measures the machine first (`floor`) and
shows both. docs/benchmarks.md says how each figure is defined.
"""
