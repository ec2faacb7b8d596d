"""`types/_addresses`: a module for each public type, without a file for it.

Users of SDKs with a file for every type import from `types.chat.chat_completion`, where `ChatCompletion` is and, as
`Choice`, the type that is nested in it. What such a module has follows from the types that there are; the runtime knows
how. The generated file has what does not follow.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..plan.model import Plan
from ..plan.names import snake
from ..python.module import Module
from ..python.source import Code, code, lines, name_from

__all__ = ["addresses_module"]


def addresses_module(plan: Plan) -> Module | None:
    """The module; only under a configuration such as SDKs with a file for every type have."""
    if not plan.api.config.is_given or not plan.exports:
        return None
    docs = "Modules of one public type each, such as `types.chat.chat_completion`, which are no files."
    given = plan.api.config.style.addresses
    modules = {module: name for module, name in given.items() if not module.rpartition(".")[2][:1].isupper()}
    spelled = {module: name for module, name in plan.spelled.items() if module.rpartition(".")[2] != snake(name)}
    written = code(
        '''
        SPELLED: dict[str, str] = {{
            {spelled}
        }}
        """Modules, below this package, whose names do not follow from those of their types."""
        NESTED: dict[str, str] = {{
            {nested}
        }}
        """Names in such modules that do not follow from the types: to another name there, or to `package:Name`."""

        find_spec = {addresses}(__name__.rpartition(".")[0], SPELLED, NESTED).find_spec
        ''',
        spelled=_entries(spelled | modules),
        nested=_entries({name: place for name, place in given.items() if name not in modules}),
        addresses=name_from(plan.style.runtime, "Addresses"),
    )
    return Module(("types", "_addresses"), docs, (written,))


def _entries(found: Mapping[str, str]) -> Code:
    return lines(code("{name!r}: {value!r},", name=name, value=value) for name, value in sorted(found.items()))
