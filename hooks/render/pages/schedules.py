"""stub"""
from __future__ import annotations
from catalogue.schema.model import Model
from ..cite import Citations
def of_model(citations: Citations, model: Model) -> str:
    return ""
