"""The language as pydantic models: the shape of a file, and the source of its JSON schema.

Nothing here imports pydantic by itself: see `compiled`.
"""

from lvsc.topology.spec.compiled import model_validator, shape, validator

__all__ = ["model_validator", "shape", "validator"]
