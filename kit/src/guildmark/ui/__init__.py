"""The exam as a dashboard in the terminal, and the same in a browser. Needs the extra `[ui]`.

dashboard    `Dashboard`, the Textual application: a key for each thing to do
window       what it shows: time, categories, hints, history, log
acting       what its keys do with the session, in words
beside       threads for what takes long
told         what it says
screens      what is asked: a yes or no, and text to read
browser      the dashboard served to a browser of this machine, and to nobody else
dashboard.tcss   how it looks
"""
