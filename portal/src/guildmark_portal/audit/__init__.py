"""What was decided and done, by whom: a table that only grows. The database itself refuses changes."""
