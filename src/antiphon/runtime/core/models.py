"""The base of every response model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import pydantic
from pydantic import ConfigDict

from .reading import reader_for

if TYPE_CHECKING:
    from typing import Self

__all__ = ["BaseModel", "set_request_id"]


def _package(module: str) -> str:
    return module.partition(".")[0]


if TYPE_CHECKING:
    _PydanticModel = pydantic.BaseModel
else:

    class _WithFields(type(pydantic.BaseModel)):
        def __new__(mcs, name, bases, namespace, **options):
            # pydantic looks in the module of a class for the types of what it inherits. In the package, where all are
            # built when they are of use, that finds them; a class of a program has to inherit what is built.
            home = _package(namespace.get("__module__", ""))
            for base in bases:
                foreign = isinstance(base, _WithFields) and _package(base.__module__) != home
                if foreign and not base.__pydantic_complete__:
                    base.model_rebuild(raise_errors=False)
            return super().__new__(mcs, name, bases, namespace, **options)

        @property
        def model_fields(cls):
            """The fields, each with its type, also where that is declared further down in the module.

            pydantic has only the names of such types until the class is built, which is left until it is of use.
            """
            if not cls.__pydantic_complete__:
                cls.model_rebuild(raise_errors=False)
            return cls.__pydantic_fields__

    class _PydanticModel(pydantic.BaseModel, metaclass=_WithFields):
        pass


class BaseModel(_PydanticModel):
    """The base of every response model.

    Fields that the server adds are kept and readable as attributes; a field it left out reads as None and is not in
    `model_fields_set`; a value of another type than declared is kept as it came.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())

    # A slot, so that it is no part of equality, dumps or repr.
    __slots__ = ("_received_request_id",)

    @property
    def _request_id(self) -> str | None:
        """The server's id of the request this object answered (`x-request-id`), on top-level results only."""
        return getattr(self, "_received_request_id", None)

    @classmethod
    def construct(cls, _fields_set: set[str] | None = None, **values: object) -> Self:
        """An instance from keywords, without validation: nested models are built, scalars stay as they are."""
        model = cast("Self", reader_for(cls).plain_builder.build(values))
        if _fields_set is not None:
            object.__setattr__(model, "__pydantic_fields_set__", _fields_set)
        return model

    if not TYPE_CHECKING:
        # A value that drifted from its declared type is data here, not a mistake of the caller: no warning.
        def model_dump(self, *, warnings=False, **options):
            return super().model_dump(warnings=warnings, **options)

        def model_dump_json(self, *, warnings=False, **options):
            return super().model_dump_json(warnings=warnings, **options)

        model_construct = construct

        # pydantic copies fields only; the id of the request goes with them.
        def __copy__(self):
            return _with_id_of(self, super().__copy__())

        def __deepcopy__(self, memo=None):
            return _with_id_of(self, super().__deepcopy__(memo))

        def __reduce_ex__(self, protocol):
            generic = type(self).__pydantic_generic_metadata__
            if generic["origin"] is None:
                return super().__reduce_ex__(protocol)
            # `Page[Item]` is made where it is used, so that no module has it under a name.
            return _unfilled, (generic["origin"], generic["args"]), self.__getstate__()

        def __getstate__(self):
            return {**super().__getstate__(), "request_id": self._request_id}

        def __setstate__(self, state):
            set_request_id(self, state.get("request_id"))
            super().__setstate__(state)

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = False,
    ) -> dict[str, object]:
        """The object as a dict, with the names of the API; fields the server did not send are left out."""
        return self.model_dump(
            mode=mode,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = False,
    ) -> str:
        """The object as JSON text, with the names of the API; fields the server did not send are left out."""
        return self.model_dump_json(
            indent=indent,
            by_alias=use_api_names,
            exclude_unset=exclude_unset,
            exclude_defaults=exclude_defaults,
            exclude_none=exclude_none,
            warnings=warnings,
        )

    def __str__(self) -> str:
        return f"{self.__repr_name__()}({self.__repr_str__(', ')})"


def _unfilled(origin: Any, arguments: tuple[Any, ...]) -> object:
    return object.__new__(origin[arguments])


def _with_id_of(original: BaseModel, copy: BaseModel) -> BaseModel:
    set_request_id(copy, original._request_id)  # pyright: ignore[reportPrivateUsage]  its name is what users know
    return copy


def set_request_id(value: object, request_id: str | None) -> None:
    """Note on a top-level result which request it answered."""
    if request_id is not None and isinstance(value, BaseModel):
        object.__setattr__(value, "_received_request_id", request_id)
