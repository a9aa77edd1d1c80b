"""INSIDE the box: inspects the candidate's file, loads it, and answers with raw predictions.

Everything that this package imports of ours is mounted into the box: itself, `guildmark.inspection`, and the parts of
`guildmark.rules` that those two need. It knows no targets, no bands and no secrets, and it is not trusted once it has met
the file: what it says is read outside as hostile bytes (`reply` has the format).
"""
