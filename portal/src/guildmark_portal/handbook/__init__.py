"""The candidate handbook with its environment guide: written by the rules that the system enforces, in dated editions.

An edition is there in every language that its program offers, and always in English, which prevails.

languages   which they are, and how one is chosen for a reader
contents    what the text states, read from policy, exam version and rules
text        the text: parts and sections of Markdown, and how two of them differ
guide       the environment guide for every system and editor, as it holds now
pdf/        the same text as a PDF
services    editions and acknowledgements; a changed text makes a new edition and letters
"""
