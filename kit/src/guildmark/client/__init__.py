"""The candidate's client as a library: what the command `guildmark` and every IDE integration stand on.

`session.Session` is the way in: it signs in, prepares and begins an exam, checks and submits models, and reads the result.
Nothing here prints or asks; progress and codes to show go through callbacks.

    session        one exam folder, one portal, the verbs of an exam
    programs       choosing what to sit
    starting       the attempt of a folder, and the moment at which the clock starts
    sending        handing in files: kept first, opened first, one sender a category (`one_upload`, `received`, `still_here`)
    outbox         what was handed in and is not received yet: copies (`copying`, `disk`), with pauses between tries (`pauses`)
    submissions    what was submitted: its score, pinned, fetched back
    following      what the portal says of an attempt, through cuts (`event_stream`, `cutting`)
    posting        what waits in the outbox goes out beside everything else
    kept           what the portal said last, for whoever has no connection
    locks          one sender for each category, across tools
    warnings       what speaks against handing a file in
    local          what lies in the exam folder
    board          what every tool shows, made of `facts`: the `time_left`, what is said unasked (`board_notices`)
    live_board     a board that stays true by itself
    nearby         which exam is meant beside its folder
    check          a look at a model file before it is submitted (inspection, and `dry_run` in the candidate's interpreter)
    run            when a check runs the model too
    workspace      the exam folder: Category1 …, and the state in .guildmark
    environment    the exam's own .venv, made from what it pins (`installing`, `interpreters`, `requirements`, `forwarding`)
    doctor         whether this machine is fit (`machine`, `framework`, `gpu`, `connection`), line by line (`health`)
    rehearsal      the way of a submission, before the clock
    delivery       the sealed bundle's download
    device         signing in by device grant
    tus            resumable uploads
    receipts       the portal's signed word, checked and kept
    answers        what a portal answered, as ours or as an error
    transport      HTTP with the protocol's header, errors, retries
    credentials    tokens by portal
    address        which portal
    files          atomic writes and digests
    elapsed        a clock that counts the machine's sleep
"""
