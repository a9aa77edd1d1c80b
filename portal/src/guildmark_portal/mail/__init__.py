"""Letters: written at once, sent by a job, so that a mail server that is down delays a letter and loses none."""
