"""Who the candidate is: papers and a photo, looked at by reviewers, and shredded when their time is over.

    intake      makes of any file that somebody sends pages of plain pixels, in a process with limits
    vault       keeps them encrypted, each with a key of its own, and can make them unreadable for ever
    models      what happened: checks, papers, photos, rounds, looks, decisions
    providers   what a provider of checks is asked and tells; `provided` deals with it, `outcomes` says what came of it
    notices     how reviewers learn that something waits
    services    everything that writes

What is judged (which papers are enough, when a check is due to be shredded) stands in `guildmark.rules.identity`.
"""
