"""Stipends (rule G7): help with the fee, applied for, decided by people, and used as a personal voucher.

    models         what was asked and decided
    applying       an application, one a year
    deciding       the decision, by criteria, and the voucher that comes of it
    queries        where applications stand
    letters        what applicants and staff are told
    shredding      when what was written is destroyed
    personal_data  what is held on a person here, and what outlives a deleted account
    refusals       what is refused, each with the next step

What somebody writes of their circumstances lies in the vault of `identity`, in no column and in no letter.
"""
