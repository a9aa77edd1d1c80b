"""`docs/rules.md`: every rule of the certification with the tests that carry its id. `make rules` writes it."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import tomllib

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "rules.md"
FOLDERS = ("kit/tests", "grader/tests", "grader/torch/tests", "portal/tests", "tests")
IDS = re.compile(r"test_((?:[pgsclx]\d+[ab]?_)+)(\w+)")

HEAD = """# Rules and their tests

The rules of the certification, and the tests that hold the system to them. A test carries the ids of its rules at the front of
its name: `test_g5_…` belongs to G5. Numbers are defaults: a program, or a version of its exam, may set others.

This page is written by `make rules`.
"""

Tests = dict[str, dict[str, list[str]]]


def groups() -> list[dict]:
    """The rules, as `rules.toml` has them: title, and text by id."""
    return tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))["group"]


def carriers() -> Tests:
    """For each id the files with tests that carry it, and what those tests say."""
    found: Tests = defaultdict(lambda: defaultdict(list))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("test_*.py")):
            for identifier, sentence in _in_file(path):
                found[identifier][path.relative_to(ROOT).as_posix()].append(sentence)
    return found


def page() -> str:
    """The whole page: the table first, the tests of each rule below it."""
    tests = carriers()
    parts = [HEAD]
    for group in groups():
        parts += [f"## {group['title']}\n", "| id | rule | tests |\n| --- | --- | ---: |"]
        parts += [_row(identifier, text, tests.get(identifier, {})) for identifier, text in group["rules"].items()]
        parts.append("")
    parts.append("## The tests\n")
    parts += [
        _section(identifier, tests[identifier]) for group in groups() for identifier in group["rules"] if identifier in tests
    ]
    return "\n".join(parts)


def _row(identifier: str, text: str, tests: dict[str, list[str]]) -> str:
    count = sum(map(len, tests.values()))
    return f"| {identifier} | {text} | {f'[{count}](#{identifier.lower()})' if count else 'none yet'} |"


def _section(identifier: str, tests: dict[str, list[str]]) -> str:
    lines = [f"### {identifier}\n"]
    for path, sentences in tests.items():
        lines += [f"[{path}](../{path})\n", *(f"- {sentence}" for sentence in sentences), ""]
    return "\n".join(lines)


def _in_file(path: Path) -> list[tuple[str, str]]:
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    named = (match for function in functions if (match := IDS.fullmatch(function.name)))
    return [
        (identifier[0].upper() + identifier[1:], match[2].replace("_", " "))
        for match in named
        for identifier in match[1].rstrip("_").split("_")
    ]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
