"""The scripts of a pack, looked at without running them: they must parse, and define what is called from outside."""

import ast

from guildmark.errors import PackProblem
from guildmark.i18n import _


def script_problems(source: str, name: str, function: str | None = None, arity: int = 0) -> list[PackProblem]:
    """What is wrong with the script `source`; it must define `function` with `arity` positional arguments, if one is named."""
    try:
        tree = ast.parse(source, filename=name)
    except SyntaxError as error:
        return [PackProblem(name, error.lineno, _("This is not Python: {reason}.").format(reason=error.msg))]
    except (ValueError, RecursionError, MemoryError) as error:
        return [PackProblem(name, None, _("This is not Python: {reason}.").format(reason=error))]
    if function is None or not source.strip():
        return []
    definitions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    if not definitions:
        return [PackProblem(name, None, _("It must define the function {function}.").format(function=function))]
    arguments = definitions[-1].args
    required = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    if required > arity or (arguments.vararg is None and len(arguments.posonlyargs) + len(arguments.args) < arity):
        message = _("{function} must take {arity} arguments.").format(function=function, arity=arity)
        return [PackProblem(name, definitions[-1].lineno, message)]
    return []
