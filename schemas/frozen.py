"""Values that nothing changes once they are made, and that cost next to nothing to make.

Python makes an object of a class of its own in three steps, with a dictionary of the keywords in between, and a
dataclass that is frozen at run time sets every field through its base class on top. A governed call makes some forty
such values. A struct of `msgspec` is made in one step in C, in a tenth to a fifth of the time, and nothing can be
assigned to it. To ask with ``isinstance`` whether something is one costs ten times what ``type(x) is`` costs where the
answer is no: what every call is asked in vain (a problem, a failure) is ``@final``, and told by its type.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, dataclass_transform

import msgspec
from msgspec.structs import replace as _replace

if TYPE_CHECKING:
    # For the type checker both are one: it knows the fields of a dataclass, and would not know a struct's.
    from dataclasses import replace as replace
else:
    replace = _replace

T = TypeVar("T")
_LEFT_OUT: Final = ("__dict__", "__weakref__", "__annotations__")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a keyword-only frozen value with slots, equality and a hash. ``dataclasses.replace`` and ``fields`` know it.

    Its fields are read by the rules of dataclasses. Raises TypeError for what a struct cannot do: a field that is no
    argument or does not count for equality, a base class, ``super()`` without arguments.
    """
    if cls.__bases__ != (object,):
        raise TypeError(f"{cls.__qualname__}: a frozen value has no base class")
    own = {name: value for name, value in vars(cls).items() if name not in _LEFT_OUT}
    described: Any = dataclass(kw_only=True)(cls)
    for one in fields(described):
        own.pop(one.name, None)
        if not one.init or not one.compare or one.hash is not None:
            raise TypeError(f"{cls.__qualname__}.{one.name}: init, compare and hash are not for frozen values")
    if any("__class__" in getattr(getattr(value, "__code__", None), "co_freevars", ()) for value in own.values()):
        raise TypeError(f"{cls.__qualname__}: super() without arguments does not find the class that is made here")
    own["__dataclass_fields__"] = described.__dataclass_fields__
    own.setdefault("__repr__", described.__repr__)  # it leaves out what is not to be shown
    made: Any = msgspec.defstruct(
        cls.__name__,
        [(one.name, one.type, _default(one)) for one in fields(described)],
        namespace=own,
        module=cls.__module__,
        frozen=True,
        kw_only=True,
    )
    return cast("type[T]", made)


def _default(one: Field[Any]) -> Any:
    if one.default is not MISSING:
        return one.default
    return msgspec.NODEFAULT if one.default_factory is MISSING else msgspec.field(default_factory=one.default_factory)
