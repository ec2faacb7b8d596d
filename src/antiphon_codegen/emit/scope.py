"""What the parts of one method have in common: the method, its plan, and how types are spelled inside of it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass

from ..plan.model import Alias, MethodPlan, Plan, TypeDeclaration
from ..plan.names import BUILTINS
from ..plan.symbols import Annotation, Anything, Builtin, DictOf, ListOf, Named, Symbol
from ..python.source import Code, code, ident, lit, member, module_as, name_from
from .annotations import Spelling

__all__ = ["MethodScope", "Senders"]


@dataclass(frozen=True, slots=True)
class Senders:
    """What a method calls to make its call: its own resource's, or its client's."""

    request: Code
    stream: Code
    binary: Code
    pages: Code
    at: Code
    """Makes a path the whole URL, for an operation that is elsewhere."""


@dataclass(frozen=True, slots=True)
class MethodScope:
    plan: Plan
    method: MethodPlan
    senders: Senders
    spelling: Spelling
    hidden: frozenset[str]
    declared: Mapping[Symbol, TypeDeclaration]

    @classmethod
    def of(
        cls,
        plan: Plan,
        method: MethodPlan,
        senders: Senders,
        members: Container[str],
        declared: Mapping[Symbol, TypeDeclaration],
    ) -> MethodScope:
        """The scope of a method in a class with these members."""
        public = frozenset(symbol for symbols in plan.exports.values() for symbol in symbols)
        # Members are found before builtins in annotations, arguments before them in bodies.
        hidden = {name for name in BUILTINS if name in members} | BUILTINS.intersection(
            each.name for each in method.arguments
        )
        spelling = Spelling(plan.style.runtime, through=public, hidden=hidden, parts=plan.parts)
        return cls(plan, method, senders, spelling, frozenset(hidden), declared)

    @property
    def runtime(self) -> str:
        return self.plan.style.runtime

    def write(self, annotation: Annotation | None) -> Code:
        return self.spelling.write(annotation or Anything())

    def builtin(self, name: str) -> Code:
        """A builtin, though the class or the method has something else of its name."""
        return member(module_as("builtins", "_builtins"), name) if name in self.hidden else ident(name)

    def type_of(self, annotation: Annotation | None) -> Code:
        """The annotation as a value: a class, or what the runtime reads as one."""
        annotation = annotation or Anything()
        written = self.spelling.write(annotation)
        if self._is_class(annotation):
            return written
        # A union or an alias is no class, though the runtime takes it for one.
        quoted = lit(f"type[{written.text}]")
        return code(
            "{cast}({quoted}, {written})", cast=name_from("typing", "cast", "_cast"), quoted=quoted, written=written
        )

    def _is_class(self, annotation: Annotation) -> bool:
        if isinstance(annotation, Named):
            declared = self.declared.get(annotation.symbol)
            return not isinstance(declared, Alias) or self._is_class(declared.annotation)
        return isinstance(annotation, (Builtin, Anything, ListOf, DictOf))
