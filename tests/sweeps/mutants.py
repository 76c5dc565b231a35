"""Make mutants of a module: one small change each, such as a person might make by mistake."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """A module's source with one change; `function` and `change` say where and what."""

    line: int
    function: str
    change: str
    source: str


def make_mutants(source: str) -> list[Mutant]:
    """List every mutant of a module; none for types, messages and docstrings."""
    tree = ast.parse(source)
    _drop_types(tree)
    functions = _name_functions(tree)
    parents = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    mutants = []
    for node in ast.walk(tree):
        shown = parents[id(node)] if isinstance(node, ast.Constant) else node
        before = _first_line(shown)
        for fields in [*_vary_conditions(node), *_vary_values(node)]:
            kept = {name: getattr(node, name) for name in fields}
            vars(node).update(fields)
            change = f"{before}  ->  {_first_line(shown)}"
            function = functions.get(id(node), "")
            mutants.append(Mutant(_line_of(node), function, change, ast.unparse(tree)))
            vars(node).update(kept)
    return mutants


Fields = dict[str, object]


def _drop_types(tree: ast.Module) -> None:
    """Take annotations away: the bar in `X | None` is no operation."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None


def _name_functions(tree: ast.Module) -> dict[int, str]:
    """Map the identity of each node to the function that it is in, the innermost one."""
    return {
        id(node): function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }


def _vary_conditions(node: ast.AST) -> Iterator[Fields]:
    """Give what to set in a node so that another way is taken, or other things are chosen."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in COMPARISONS:
            yield {"ops": [COMPARISONS[type(operator)]()]}
        case ast.BoolOp(values=values):
            yield {"op": ast.Or() if isinstance(node.op, ast.And) else ast.And()}
            yield {"values": values[:-1]}
        case ast.If() | ast.IfExp():
            yield {"test": ast.Constant(True)}
            yield {"test": ast.Constant(False)}
        case ast.comprehension(ifs=[_, *rest]):
            yield {"ifs": rest}
        case _:
            pass


def _vary_values(node: ast.AST) -> Iterator[Fields]:
    """Give what to set in a node so that something else is computed, or nothing is done."""
    match node:
        case ast.BinOp(op=operator) if type(operator) in OPERATORS:
            yield {"op": OPERATORS[type(operator)]()}
        case ast.Constant(value=bool(value)):
            yield {"value": not value}
        case ast.Constant(value=int(value)):
            yield {"value": value + 1}
        case ast.Expr(value=ast.Call()):
            yield {"value": ast.Constant(None)}
        case _:
            pass


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).strip().partition("\n")[0]


def _line_of(node: ast.AST) -> int:
    place = node.target if isinstance(node, ast.comprehension) else node
    return getattr(place, "lineno", 0)
