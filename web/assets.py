"""Static files out of the package, with entity tags."""

import hashlib
from importlib.resources import files
from pathlib import PurePosixPath

from aiohttp import web

from web.routes import Needs, Route

_TYPES = {
    ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png",
}  # fmt: skip


class Assets:
    """The files of one folder of `web/static`, read once; no other file can be asked for."""

    def __init__(self, folder: str = "") -> None:
        self._files: dict[str, tuple[bytes, str, str]] = {}
        for entry in files("web").joinpath("static", folder).iterdir():
            kind = _TYPES.get(PurePosixPath(entry.name).suffix)
            if kind and entry.is_file():
                content = entry.read_bytes()
                tag = hashlib.sha256(content).hexdigest()[:20]
                self._files[entry.name] = (content, kind, tag)

    def route(self, prefix: str) -> Route:
        """Serves the files at PREFIX/NAME to everybody."""
        return Route("GET", f"{prefix}/{{name}}", self.serve, Needs.NOTHING)

    async def serve(self, request: web.Request) -> web.Response:
        """Answers with the file NAME of the address."""
        found = self._files.get(request.match_info["name"])
        if found is None:
            return web.Response(status=404, text="There is no such file.")
        content, kind, tag = found
        lasting = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
        headers = {
            "ETag": f'"{tag}"',
            "Cache-Control": lasting,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if f'"{tag}"' in request.headers.get("If-None-Match", ""):
            return web.Response(status=304, headers=headers)
        answer = web.Response(body=content, content_type=kind, charset="utf-8", headers=headers)
        answer.enable_compression()
        return answer
