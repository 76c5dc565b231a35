"""Write the JSON Schema of a file's model, for editors."""

from __future__ import annotations

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from voiceops.files.yaml.checks import Checked

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_schema(model: type[Checked], *, title: str) -> dict[str, object]:
    """Describe the model's files in JSON Schema 2020-12; the same bytes each time."""
    described = model.model_json_schema(schema_generator=_EditorSchema)
    return {"$schema": _DIALECT, **described, "title": title}


class _EditorSchema(GenerateJsonSchema):
    """Leave out what models need and editors do not: null for absent keys, and repeated titles."""

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: object) -> bool:
        return False
