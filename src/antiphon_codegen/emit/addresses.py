"""`types/_addresses`: a module for each public type, without a file for it.

Users of SDKs with a file for every type import from `types.chat.chat_completion`, where `ChatCompletion` is and, as
`Choice`, the type that is nested in it. What such a module has follows from the names that there are, so the
generated file is the rule and a table of the exceptions. Type checkers, which read files only, do not see them.
"""

from __future__ import annotations

from ..plan.model import Plan
from ..plan.names import snake
from ..python.module import Module
from ..python.source import Code, code, lines, module_as, name_from

__all__ = ["addresses_module"]


def addresses_module(plan: Plan) -> Module | None:
    """The module; only under a configuration such as SDKs with a file for every type have."""
    if not plan.api.config.is_given or not plan.exports:
        return None
    docs = "Modules of one public type each, such as `types.chat.chat_completion`, which are no files."
    return Module(("types", "_addresses"), docs, (_spelled(plan), _names(), _module(), _finder()))


def _spelled(plan: Plan) -> Code:
    entries = [
        code("{module!r}: {name!r},", module=module, name=name)
        for module, name in sorted(plan.spelled.items())
        if module.rpartition(".")[2] != snake(name)
    ]
    return code(
        '''
        ROOT = __name__.rpartition(".")[0]
        SPELLED: dict[str, str] = {{
            {entries}
        }}
        """Modules, below this package, whose names do not follow from those of their types."""
        ''',
        entries=lines(entries),
    )


def _names() -> Code:
    return code(
        '''
        _PARTS = {compile}(r"[A-Z]{{2,}}s(?![a-z])|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


        def module_name(name: str) -> str:
            """`chat_completion` for `ChatCompletion`."""
            words: list[str] = []
            for part in _PARTS.findall(name):
                if part.isdigit() and words:
                    words[-1] += part
                else:
                    words.append(part.lower())
            return "_".join(words)


        def _type_at(package: {ModuleType}, leaf: str) -> str | None:
            """The public type of a package that a module of this name is about."""
            public: list[str] = getattr(package, "__all__", [])
            path = package.__name__[len(ROOT) + 1 :]
            said = SPELLED.get(f"{{path}}.{{leaf}}" if path else leaf)
            if said in public:
                return said
            return next((name for name in public if name[:1].isupper() and module_name(name) == leaf), None)


        def _nested(package: {ModuleType}, owner: str, name: str) -> object:
            """The type in a type: it is beside it, and called after it. Raises AttributeError."""
            from pkgutil import iter_modules

            wanted = owner + name
            own = {sys}.modules.get(getattr(getattr(package, owner), "__module__", ""))
            if own is not None and wanted in vars(own):
                return vars(own)[wanted]
            public: list[str] = getattr(package, "__all__", [])
            for found in iter_modules(package.__path__):
                if found.name in public or found.name.startswith("_"):
                    continue
                module = {import_module}(f"{{package.__name__}}.{{found.name}}")
                if wanted in vars(module):
                    return vars(module)[wanted]
                if found.ispkg:
                    for part in iter_modules(module.__path__):
                        inner = {import_module}(f"{{module.__name__}}.{{part.name}}")
                        if wanted in vars(inner):
                            return vars(inner)[wanted]
            raise AttributeError(wanted)
        ''',
        compile=name_from("re", "compile", "_compile"),
        ModuleType=name_from("types", "ModuleType"),
        sys=module_as("sys", "sys"),
        import_module=name_from("importlib", "import_module"),
    )


def _module() -> Code:
    return code(
        '''
        class TypeModule({ModuleType}):
            """A module with one public type and those nested in it, loaded when they are asked for."""

            def __init__(self, name: str, package: {ModuleType}, owner: str) -> None:
                super().__init__(name, f"The type `{{owner}}`.")
                self._package = package
                self._owner = owner
                self.__all__ = [owner]

            def __getattr__(self, name: str) -> object:
                if name.startswith("_"):
                    raise AttributeError(f"module {{self.__name__!r}} has no attribute {{name!r}}")
                public: list[str] = getattr(self._package, "__all__", [])
                try:
                    # What stands beside a type may be meant by a short name first: `Choice` of `ChatCompletion`.
                    value = _nested(self._package, self._owner, name) if name != self._owner else None
                except AttributeError:
                    value = None
                if value is None and name in public:
                    value = getattr(self._package, name)
                if value is None:
                    raise AttributeError(f"module {{self.__name__!r}} has no attribute {{name!r}}")
                setattr(self, name, value)
                return value
        ''',
        ModuleType=name_from("types", "ModuleType"),
    )


def _finder() -> Code:
    return code(
        '''
        class Loader:
            """Makes the module of one type."""

            def __init__(self, package: {ModuleType}, owner: str) -> None:
                self._package = package
                self._owner = owner

            def create_module(self, spec: {ModuleSpec}) -> {ModuleType}:
                return TypeModule(spec.name, self._package, self._owner)

            def exec_module(self, module: {ModuleType}) -> None:
                pass


        def find_spec(name: str) -> {ModuleSpec} | None:
            """Where such a module comes from; None when there is no type for it."""
            parent, _, leaf = name.rpartition(".")
            package = {sys}.modules.get(parent)
            owner = None if package is None or leaf.startswith("_") else _type_at(package, leaf)
            if package is None or owner is None:
                return None
            return {ModuleSpec}(name, {cast}({Any}, Loader(package, owner)))
        ''',
        ModuleType=name_from("types", "ModuleType"),
        ModuleSpec=name_from("importlib.machinery", "ModuleSpec"),
        sys=module_as("sys", "sys"),
        cast=name_from("typing", "cast"),
        Any=name_from("typing", "Any"),
    )
