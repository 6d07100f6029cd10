"""How does a page come about? A template, the reader's voice and the words of the web, put together."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from peyvand import __version__
from peyvand.locale import DIRECTION, Language, catalogue
from peyvand.locale.said import said
from peyvand.web.site import language_of, site_of
from peyvand.web.visitor import FIELD, PLACEHOLDER, csrf_token, keep_token, new_token, visitor_of


def show(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """The page of a template in the language of the request's address.

    Parameters
    ----------
    request : Request
    template : str
        A file of `templates/`.
    status : int
        Of the HTTP answer.
    **values
        What the template shows.
    """
    site, language = site_of(request), language_of(request)
    visitor = visitor_of(request)
    fresh: list[str] = []

    def csrf() -> str:
        """The token that forms of this page carry; a first visit is given its cookie."""
        if getattr(request.state, "keeping", False):
            return PLACEHOLDER
        token = visitor.token or (fresh[0] if fresh else new_token())
        if not visitor.token and not fresh:
            fresh.append(token)
        return csrf_token(site.settings.secret, token)

    def here(path: str, to: Language | None = None) -> str:
        return f"/{to or language}{path}"

    page = environment().get_template(template).render(
        v=site.voices[language],
        w=lambda key, **fields: web_words(language, key, **fields),
        csrf=csrf,
        csrf_field=lambda: Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf()),
        here=here,
        said=lambda sentence: said_in(language, sentence),
        asset=site.assets.url,
        language=language,
        direction=DIRECTION[language],
        other="en" if language == "fa" else "fa",
        same_page=_same_page(request, "en" if language == "fa" else "fa"),
        visitor=visitor,
        path=_plain_path(request),
        menu=request.app.state.menu,
        version=__version__,
        **values,
    )  # fmt: skip
    answer = HTMLResponse(page, status_code=status)
    answer.headers["content-language"] = language
    if fresh:
        keep_token(answer, request, fresh[0])
    return answer


def web_words(language: Language, key: str, **fields: object) -> Markup:
    """The words under `web.<key>`, with their fields filled and escaped."""
    return Markup(catalogue(language)[f"web.{key}"]).format(**fields)


def said_in(language: Language, sentence: str) -> Markup:
    """A message or hint of an error in a language; where it stays English, marked as such."""
    words = said(sentence, language)
    if words is not None:
        return Markup("<span>{}</span>").format(words)
    return Markup('<span lang="en" dir="ltr">{}</span>').format(sentence)


WEB, REPORT = ("peyvand.web", "templates"), ("peyvand.reports", "page")


@cache
def environment(*shelves: tuple[str, str]) -> Environment:
    """The web's templates, then the report's, whose parts they share; or the shelves in another order.

    Parameters
    ----------
    *shelves : (package, folder)
        `WEB` and `REPORT`, the first looked at first: both may have a template of the same name.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(*shelf) for shelf in shelves or (WEB, REPORT)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {"exp_m1": math.expm1, "plain": lambda value: f"{value:g}"}
    return made


def _plain_path(request: Request) -> str:
    """The page's path without its language."""
    parts = request.url.path.split("/", 2)
    return f"/{parts[2]}" if len(parts) > 2 and parts[1] in ("en", "fa") else request.url.path


def _same_page(request: Request, language: Language) -> str:
    """This page in the other language."""
    known = request.url.path.split("/", 2)[1] in ("en", "fa")
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{language}{_plain_path(request)}{query}" if known else f"/{language}/"
