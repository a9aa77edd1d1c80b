"""The rules of an exam, pure: no I/O, no clock (`now` is an argument), no framework."""
