"""Rights to sit that their holders give to somebody else, where a program's policy lets them (rule G6).

    may_give ──> offer ──> accept       whoever proved the address takes it: the old right ends, a new one is theirs
                   │  └──> decline
                   └─────> withdraw

Nothing moves before the other person says so; until then its holder may begin, or have the money back, and the offer is gone.
Who takes it registers as anybody does: residence, terms and handbook before they accept, papers before they begin (rule G5).
What was given by a stipend, a cohort, or after a fault of ours was meant for one person, and stays theirs.
"""
