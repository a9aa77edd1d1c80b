"""Attempts at the tiny exam, and the grading service that stands in for the real one."""

from portal.tests.exams.conftest import bank, browser, grading_service, make_bank, running, sit, work_off

__all__ = ["bank", "browser", "grading_service", "make_bank", "running", "sit", "work_off"]
