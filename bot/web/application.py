"""Put the routes together."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from bot import VERSION
from bot.errors import AcompanaError, NotFound
from bot.services.parts import Parts
from bot.settings import ROOT
from bot.web import health, notice_routes, simulator, twilio_routes

SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def create_application(parts: Parts) -> FastAPI:
    """Return the web application of these parts."""
    app = FastAPI(
        title="Acompaña",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.parts = parts
    for module in (twilio_routes, notice_routes, health, simulator):
        app.include_router(module.routes)
    if parts.settings.demo:
        app.mount("/static", StaticFiles(directory=ROOT / "bot" / "web" / "static"))
        app.add_api_route("/", _to_simulator, include_in_schema=False)
    app.middleware("http")(_secure)
    app.add_exception_handler(AcompanaError, _explain)
    return app


async def _to_simulator() -> RedirectResponse:
    return RedirectResponse("/simulator")


async def _secure(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    return response


async def _explain(_request: Request, failure: Exception) -> JSONResponse:
    status = 404 if isinstance(failure, NotFound) else 400
    return JSONResponse({"error": str(failure)}, status_code=status)
