"""The box: single-use workers, in which a stranger's model may do what it likes to nobody.

Theory of operation. For each program, that is, each set of frameworks, there is one zygote:

1. `launcher` (outside, ours): as root it builds, in a mount namespace of its own, a private tree of exactly what the box needs
   (a clone that only root can read is no obstacle then), and becomes an unprivileged user; as an ordinary user neither.
2. `bwrap`: new namespaces of every kind, no network, no capabilities, an empty environment, read-only mounts of that
   tree, a bounded scratch folder, and nothing else of the host.
3. `inside.zygote` (ours): imports the frameworks, and forks a monitor and a worker for each job.

A worker locks itself down before any file comes near it, then says that it is ready. It gets its one job with the descriptors
that the job needs, and answers over a pipe. `child` reads until the answer is complete, the time is up or the worker is
gone, then kills the worker by pidfd: it is the first process of its namespace, and the kernel ends all others with it,
daemons included. What was read is parsed as hostile bytes (`result`). A worker that was never ready is our fault; whatever
happens once it has the file is the candidate's.
"""

from guildmark_grader.sandbox.box import Box
from guildmark_grader.sandbox.child import Child, hung_up
from guildmark_grader.sandbox.faults import BoxFault, WorkerLost
from guildmark_grader.sandbox.job import MIB, Ended, Job, Nest, Outcome
from guildmark_grader.sandbox.result import Accepted, Reply
from guildmark_grader.sandbox.zygote import Zygote

__all__ = [
    "MIB",
    "Accepted",
    "Box",
    "BoxFault",
    "Child",
    "Ended",
    "Job",
    "Nest",
    "Outcome",
    "Reply",
    "WorkerLost",
    "Zygote",
    "hung_up",
]
