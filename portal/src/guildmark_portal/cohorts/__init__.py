"""Cohorts: a class that sits an exam in one window, with seats that are paid or granted (rules G6, P9 and X8).

    models         what was made, who was invited, and who took which seat when
    making         a cohort, its seats, its teachers, and its end
    roster         a CSV file read, with every problem that it has
    importing      what a roster would change, and changing it
    rights         the right to sit that stands for a seat, and the way back
    links          the personal link of an invitation: only a digest is kept
    inviting       invitations sent, reminded of, withdrawn and sent again
    accepting      a seat taken, with the right to sit and the accommodations of the row
    prolonging     a window that closes later than was told
    sitting        when a seat can be begun
    progress       how far everybody is, for the teacher
    sheet          the same as a CSV file
    letters        what is mailed
    looking        reminders that are due, and addresses that are forgotten
    forgetting     a row that names nobody any more
    wording        what pages and letters call things
    personal_data  what is held on a person here
    refusals       what is refused, each with the next step

A seat only grants (`exams.entitling.grant`, once `seat:…`). Staff make cohorts and import rosters; a teacher sees how far
their own cohorts are, and no paper of anybody.
"""
