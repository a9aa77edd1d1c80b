"""A static look at a model file, before anything loads it: the same on the candidate's machine and inside the box."""
