"""The root of every option model: frozen, no unknown keys, and second spellings of its keys."""

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Section(BaseModel):
    """A part of the document. `aliases` maps a second spelling to the field it stands for."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)
    aliases: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not cls.aliases:
            return data
        for alias, name in cls.aliases.items():
            if alias in data and name in data:
                raise ValueError(f'"{alias}" and "{name}" say the same; keep "{name}"')
        return {cls.aliases.get(key, key): value for key, value in data.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        target = handler.resolve_ref_schema(schema)
        properties = target.get("properties", {})
        for alias, name in cls.aliases.items():
            properties[alias] = {**properties[name], "description": f"Another spelling of {name}."}
        return schema

    @classmethod
    def spellings(cls) -> tuple[str, ...]:
        """Every key this part accepts, canonical ones first."""
        return (*(field.alias or name for name, field in cls.model_fields.items()), *cls.aliases)


class KindOptions(Section):
    """Options of one policy kind; every field has a default, so a kind in the chain can stand alone."""
