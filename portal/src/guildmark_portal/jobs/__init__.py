"""The one durable table of work: whatever must happen after an answer was given, and may not be lost.

Theory of operation. A caller enqueues a job in its own transaction, so the job exists exactly when the fact exists that it
follows from. Runner threads claim a job by a conditional UPDATE: of any number of threads, processes and machines that want
the same row, one changes it and the others change nothing. The claim is a lease: it holds as long as the runner's
heartbeat extends it. A runner that dies stops extending, the lease runs out, and somebody else claims the job. So a job
runs **at least** once, and handlers must be idempotent; they run one at a time for each job, except that a runner which
hung longer than its lease may still be inside its handler, which is why finishing is conditional on the lease as well.

A failed attempt waits (doubling) and runs again. After a kind's number of attempts the job is dead: kept, logged, shown in the
administration. Kinds that a candidate's result depends on never die. A handler that knows that no attempt can succeed says so
(`Hopeless`), and the job is dead at once.

While a job of a kind and key is unfinished there is no second one. Enqueueing it again while it runs asks for another
round (`requests`): the running handler may already have read what the caller has just changed.
"""
