"""The exam as a dashboard in the terminal, and the same in a browser. Needs the extra `[ui]`.

dashboard    `Dashboard`, the Textual application: time, categories, hints, history, log; a key for each thing to do
acting       what its keys do with the session, in words
told         what it says of a board, line by line
screens      what is asked: a yes or no, and text to read
browser      the dashboard served to a browser of this machine, and to nobody else
dashboard.tcss   how it looks
"""
