"""What candidates ask of people: incidents, appeals and requests for accommodations, each with the day of its answer.

    models      what happened: cases, answers, withdrawals, evidence, looks
    people      who may read and who may answer which case
    queries     where cases stand, and what waits
    services    opening, adding evidence, answering, withdrawing
    looking     opening what is sealed, which is written down
    letters     what candidates and staff are told
    shredding   when the words and the evidence of a case are destroyed
    own_data    a person's own cases: read out to them, and erased with their account

What somebody writes in a case may be of their health. So the words of a case, those of its answer, and its evidence lie in the
vault of `identity`, in no column and in no letter. By when a case is answered is said by `guildmark.rules.case`.
"""
