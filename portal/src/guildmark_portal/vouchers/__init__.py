"""Vouchers: codes that pay an exam, all of it or a part, each so many times.

    codes          what a code looks like, how it is read, looked up and kept
    models         what was made, and who used it when
    making         making a batch, and stopping it
    redeeming      looking a code up, taking a slot of it, giving the slot back
    listing        a batch with its codes and uses, for the desk and the printed list
    printing       the printed list as a PDF
    wording        what a voucher pays, in words
    personal_data  what is held on a person here
    refusals       what is refused, each with the next step

A voucher only grants (`exams.entitling.grant`), or pays a part of an order, which a package above keeps.
"""
