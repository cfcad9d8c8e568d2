"""Findings as text and JSON: one file a form."""

from lvsc.report import concise, full, machine
from lvsc.report.base import Form
from lvsc.report.plain import plain

FORMS: dict[str, Form] = {form.NAME: form for form in (full, concise, machine)}

__all__ = ["FORMS", "Form", "plain"]
