"""The ids of the skills checklist: an area A to E, and a number within it. C8 is named in its introduction only."""

_LAST_OF_AREA = {"A": 7, "B": 19, "C": 8, "D": 9, "E": 10}

SKILLS_IN_WORDS = ", ".join(f"{area}1 to {area}{last}" for area, last in _LAST_OF_AREA.items())
"""All of them, for people."""

SKILLS = frozenset(f"{area}{number}" for area, last in _LAST_OF_AREA.items() for number in range(1, last + 1))
