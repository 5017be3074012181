"""The templates of letters: those that come with this program, and a unit's own in their place.

A unit's folder holds files of the same names (``letter.kk.html``, ``letter.ru.html``,
``letter.en.html``, ``letter.css``) and whatever they include; what is missing there is taken from
the shipped ones. The language is Django's. Values are escaped; a name that does not exist is an
error and no blank, so that no letter leaves with a hole in it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.template import Context, Engine, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import Template

from blocking.letters.facts import Letter
from domain.errors import InputError

SHIPPED = Path(__file__).parent / "shipped"
SHEET = "letter.css"
#: Marks a name that does not exist; private use, which ``plain`` takes out of all that is printed.
_MARK = "\ue0ff"
_UNKNOWN = re.compile(f"{_MARK}(.*?){_MARK}", re.DOTALL)


class Templates:
    """The templates in force; ``own`` is the unit's folder, which need not be there."""

    def __init__(self, own: Path | None = None) -> None:
        self._folders = [*([own] if own else []), SHIPPED]
        self._engine = Engine(
            dirs=[str(folder) for folder in self._folders],
            debug=True,  # errors then know their line
            string_if_invalid=f"{_MARK}%s{_MARK}",
            autoescape=True,
        )

    def html(self, letter: Letter) -> str:
        """The letter as a page. Raises InputError naming a template and the line that is wrong."""
        name = f"letter.{letter.language}.html"
        template = self._template(name)
        try:
            made = str(template.render(Context({"letter": letter})))
        except (TemplateSyntaxError, TemplateDoesNotExist) as error:
            raise _said(error, template.origin.name) from error
        except Exception as error:  # whatever a filter in a unit's own template raises
            if not hasattr(error, "template_debug"):
                raise
            raise _said(error, template.origin.name) from error
        if (unknown := _UNKNOWN.search(made)) is not None:
            raise self._unknown(template, unknown[1])
        return made

    def sheet(self) -> str:
        """The style sheet. Raises InputError where it cannot be read."""
        path = next(folder / SHEET for folder in self._folders if (folder / SHEET).is_file())
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: {error}") from error

    def _template(self, name: str) -> Template:
        try:
            return self._engine.get_template(name)
        except (TemplateSyntaxError, TemplateDoesNotExist) as error:
            raise _said(error, name) from error
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"the template {name} cannot be read: {error}") from error

    def _unknown(self, template: Template, name: str) -> InputError:
        """Where in the template, or in what it includes, the name stands."""
        for folder in self._folders:
            for path in sorted({Path(template.origin.name), *folder.glob("*.html")}):
                for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                    if path.parent == folder and name in line:
                        return InputError(f"{path}, line {number}: nothing is called {name}")
        return InputError(f"{template.origin.name}: nothing is called {name}")


def _said(error: Exception, name: str) -> InputError:
    told: dict[str, Any] = getattr(error, "template_debug", {})
    where = f"{told['name']}, line {told['line']}" if told else name
    if isinstance(error, TemplateDoesNotExist) and not told:
        return InputError(f"there is no template {error}")
    return InputError(f"{where}: {error}")
