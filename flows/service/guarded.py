"""Prefect's server with headers that let its pages ask nobody but itself.

The second version of Prefect's UI asks a service that records sessions on every page, whatever its settings
say, and anybody can switch to it with a click. A browser that is told so by a Content-Security-Policy does
not send such a request. In ``docker/compose.yaml`` the proxy says the same (``docker/proxy.conf``).
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Any, Send], Awaitable[None]]

IMAGES: Final = "PICTURES_OF_THE_UI"
"""The variable that tells the server's process where the report's figures are served."""

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; "
        # Prefect's pages have scripts and styles in them, and the graph of a run makes functions of texts.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:{images}; font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; manifest-src 'self'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
"""What every answer says; ``{images}`` is another place from which pictures may come."""


def headers(images: str = "") -> dict[str, str]:
    """The headers.

    Args:
        images: The URL below which the report's figures are served; empty where they are served nowhere.

    Example:
        >>> headers("https://example.org/lapd/")["Content-Security-Policy"].split("; ")[3]
        "img-src 'self' data: blob: https://example.org"
    """
    parts = urlsplit(images)
    place = f" {parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
    return {name: value.format(images=place) for name, value in HEADERS.items()}


class Guarded:
    """An application whose every answer has the headers.

    Args:
        app: The application (ASGI).
        given: The headers.
    """

    def __init__(self, app: App, given: dict[str, str]) -> None:
        self._app = app
        self._given = [(name.lower().encode(), value.encode()) for name, value in given.items()]

    async def __call__(self, scope: Message, receive: Any, send: Send) -> None:
        """Answer as the application does."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._given]
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def create_app() -> Guarded:
    """Prefect's server; what ``uvicorn`` calls."""
    from prefect.server.api.server import create_app as create

    return Guarded(create(), headers(os.environ.get(IMAGES, "")))
