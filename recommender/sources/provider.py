"""Short answers of a login provider (OpenID Connect): bounded in bytes and seconds, no redirect is followed."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import urllib3

from recommender.errors import SourceError
from recommender.sources import transport, urls

_SECONDS = 10.0
_LARGEST = 256 * 1024  # bytes


def ask(url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A JSON object that the provider answers, to a GET, or to a POST of a form.

    Raises:
        SourceError: it does not answer, or answers something else.
    """
    host = urls.host(url)
    try:
        with transport.connections(url) as pool:
            answer = pool.request(
                "GET" if body is None else "POST",
                url,
                body=body,
                headers=dict(headers or {}),
                timeout=urllib3.Timeout(connect=_SECONDS, read=_SECONDS),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                content = answer.read(_LARGEST + 1)
            finally:
                answer.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise SourceError(f"{host} does not answer; try again later, or log in by mail") from error
    if answer.status != HTTPStatus.OK or len(content) > _LARGEST:
        raise SourceError(f"{host} answers {answer.status}; try again, or log in by mail")
    try:
        document = json.loads(content)
    except ValueError as error:
        raise SourceError(f"{host} answers no JSON") from error
    if not isinstance(document, dict):
        raise SourceError(f"{host} answers something else than was asked for")
    return document
