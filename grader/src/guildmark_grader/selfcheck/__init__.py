"""The self-check: attacks that must fail on this host, tried in real workers, and what the host brings to the box.

`attacks` runs inside a worker and imports nothing of ours; `catalogue` names each attack and what holds it; `targets` is what
they are aimed at; `doctor` runs and judges them; `host` says what the box stands on; `shown` prints it.
"""
