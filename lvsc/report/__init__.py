"""Findings as text, JSON and what machines read: one file a form."""

from importlib import import_module
from typing import cast

from lvsc.report.base import Form, Report, counted
from lvsc.report.plain import plain, plain_lines

# Each form and its module, which is only loaded when it is asked for.
FORMS: dict[str, str] = {
    "full": "full",
    "concise": "concise",
    "json": "machine",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
}
# These are documents: on standard output nothing may stand beside them.
DOCUMENTS = frozenset({"json", "sarif", "gitlab", "junit"})


def form(name: str) -> Form:
    """The form of a name in the table."""
    return cast(Form, import_module(f"lvsc.report.{FORMS[name]}"))


__all__ = ["DOCUMENTS", "FORMS", "Form", "Report", "counted", "form", "plain", "plain_lines"]
