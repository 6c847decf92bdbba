"""``python -m keeptrusts.schemas.jsonschema``: writes the generated JSON Schemas beside this file."""

from __future__ import annotations

from pathlib import Path

from keeptrusts.schemas.jsonschema.generate import generate


def write(folder: Path) -> None:
    """Write every schema that differs and delete those of types that are gone."""
    schemas = generate()
    for stale in folder.glob("*.json"):
        if stale.name not in schemas:
            stale.unlink()
    for name, content in schemas.items():
        path = folder / name
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
