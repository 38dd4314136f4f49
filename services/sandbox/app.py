"""The sandbox as one ASGI application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.sandbox import authorize, bulk, control, fhir, healow, oidc, openapi, transactions
from services.sandbox.arriving import keep_arriving
from services.sandbox.clearing import web as clearinghouse
from services.sandbox.gate import Gate
from services.sandbox.hl7.serving import listening as note_interface
from services.sandbox.keys import public_keys
from services.sandbox.notes import web as notes
from services.sandbox.refusals import Refused, refuse
from services.sandbox.seeding import new_world
from services.sandbox.shapes import answer
from services.sandbox.state import keep_saving, save
from services.sandbox.tokens import token
from services.sandbox.world import SandboxConfig


def create_app(config: SandboxConfig | None = None) -> Starlette:
    """A fresh sandbox. Serve it with :func:`services.sandbox.server.running`: faults need its sockets."""
    app = Starlette(
        routes=[
            Route("/oauth/oauth2/token", token, methods=["POST"]),
            Route("/oauth/oauth2/jwks", jwks),
            *healow.ROUTES,
            *clearinghouse.ROUTES,
            *control.ROUTES,
            *authorize.ROUTES,
            *oidc.ROUTES,
            *openapi.ROUTES,
            *notes.ROUTES,
            *bulk.ROUTES,
            *transactions.ROUTES,
            *fhir.ROUTES,
        ],
        middleware=[Middleware(Gate)],
        exception_handlers={Refused: refuse},
        lifespan=lifespan,
    )
    app.state.world = new_world(config or SandboxConfig())
    return app


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Messages arrive and the state is saved while the server runs, and once more at its end."""
    path = app.state.world.config.state
    tasks = [asyncio.create_task(keep_arriving(app))]
    if path:
        tasks.append(asyncio.create_task(keep_saving(app, path)))
    try:
        async with note_interface(app):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if path:
            save(app.state.world, path)


async def jwks(_: Request) -> Response:
    """The public keys that sign this server's id tokens."""
    return answer(public_keys())
