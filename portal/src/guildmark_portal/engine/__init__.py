"""What happens after a file is accepted: grading, telling those who wait, deciding."""
