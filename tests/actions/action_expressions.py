"""The expressions of a workflow or action, as far as ours use them; others are refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

# A value is a text or a boolean; what is not there is an empty text.
Value = str | bool
Context = Mapping[str, object]
Functions = Mapping[str, Callable[[], bool]]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)"
    r"|(?P<sign>&&|\|\||==|!=|!|\(|\)))"
)
_HOLE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


class Refused(ValueError):
    """An expression that these tests do not understand, and so must not pass over."""


def fill(text: str, context: Context, functions: Functions | None = None) -> str:
    """Put the values of the expressions into a text, once: they are not looked into again."""
    return _HOLE.sub(lambda hole: show(evaluate(hole[1], context, functions or {})), text)


def evaluate(expression: str, context: Context, functions: Functions) -> Value:
    """Give the value of an expression, with or without its braces."""
    whole = _HOLE.fullmatch(expression.strip())
    reader = _Reader(list(_split(whole[1] if whole else expression)), context, functions)
    value = reader.read_or()
    if reader.tokens:
        raise Refused(f"{expression!r}: {reader.tokens[0]!r} was not expected")
    return value


def show(value: Value) -> str:
    """Write a value as the platform does."""
    return value if isinstance(value, str) else str(value).lower()


def _split(expression: str) -> Iterator[str]:
    at = 0
    rest = expression.rstrip()
    while at < len(rest):
        token = _TOKEN.match(rest, at)
        if token is None:
            raise Refused(f"{expression!r}: not understood at {rest[at:]!r}")
        yield token[0].strip()
        at = token.end()


@dataclass
class _Reader:
    tokens: list[str]
    context: Context
    functions: Functions

    def read_or(self) -> Value:
        value = self.read_and()
        while self.take("||"):
            other = self.read_and()
            value = value or other
        return value

    def read_and(self) -> Value:
        value = self.read_comparison()
        while self.take("&&"):
            other = self.read_comparison()
            value = value and other
        return value

    def read_comparison(self) -> Value:
        value = self.read_one()
        if self.take("=="):
            return _fold(value) == _fold(self.read_one())
        if self.take("!="):
            return _fold(value) != _fold(self.read_one())
        return value

    def read_one(self) -> Value:
        if self.take("!"):
            return not self.read_one()
        if self.take("("):
            value = self.read_or()
            self.must(")")
            return value
        if not self.tokens:
            raise Refused("the expression ends too early")
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self.take("("):
            self.must(")")
            if token not in self.functions:
                raise Refused(f"the function {token} is not known")
            return self.functions[token]()
        return self.look_up(token)

    def look_up(self, path: str) -> Value:
        found: object = self.context
        first, *rest = path.split(".")
        if first not in self.context:
            raise Refused(f"the context {first!r} is not known")
        for step in (first, *rest):
            found = found.get(step) if isinstance(found, Mapping) else None
        if not isinstance(found, str | bool | None):
            raise Refused(f"{path} is no text")
        return "" if found is None else found

    def take(self, sign: str) -> bool:
        if self.tokens[:1] == [sign]:
            del self.tokens[0]
            return True
        return False

    def must(self, sign: str) -> None:
        if not self.take(sign):
            raise Refused(f"{sign} is missing")


def _fold(value: Value) -> Value:
    """Texts are compared without regard to case, as the platform does."""
    return value.casefold() if isinstance(value, str) else value
