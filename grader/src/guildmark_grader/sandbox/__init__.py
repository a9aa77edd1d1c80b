"""The box: a fresh bubblewrap process for one job, in which a stranger's model may do what it likes to nobody.

Theory of operation. Three processes start for each job, each replacing or begetting the next:

1. `launcher` (outside, ours): takes the limits on itself, so that everything after it inherits them. As root it first
   builds, in a mount namespace of its own, a private tree of exactly what the box needs (a clone that only root can read is
   no obstacle then), and becomes an unprivileged user; as an ordinary user it does neither.
2. `bwrap`: new namespaces of every kind, no network, no capabilities, an empty environment, read-only mounts of that
   tree, a bounded scratch folder, and nothing else of the host.
3. `inside` (ours): bounds the number of processes, where it binds to the box alone, says on the reply pipe that the box
   stands, and runs the worker.

The parent (`box`) holds the only other end of the reply pipe. It reads until a frame completes the reply, the time is up or
the worker is gone, then kills bwrap by pidfd: the box's first process dies with it, and the kernel ends the whole process
namespace with that one, daemons included. What was read is parsed as hostile bytes (`result`). A box that never said that it
stands is our fault; whatever happens later is the candidate's.
"""

from guildmark_grader.sandbox.box import Box, BoxFault, Ended, Outcome
from guildmark_grader.sandbox.orders import Job, Limits
from guildmark_grader.sandbox.result import Reply

__all__ = ["Box", "BoxFault", "Ended", "Job", "Limits", "Outcome", "Reply"]
