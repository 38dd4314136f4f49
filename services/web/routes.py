"""Every address the building answers itself, before Streamlit is asked."""

from starlette.routing import Route

from services.container import Container
from services.web import paths
from services.web.door import Door
from services.web.health import Health
from services.web.hooks import Hooks
from services.web.metrics import Metrics
from services.web.oidc_door import OidcDoor


def routes(container: Container) -> list[Route]:
    """The routes of the door, of health and metrics, and of webhooks."""
    door, health = Door(container), Health(container)
    oidc, metrics, hooks = OidcDoor(door), Metrics(container), Hooks(container)
    return [
        Route(paths.SIGN_IN, door.show_sign_in, methods=["GET"]),
        Route(paths.SIGN_IN, door.sign_in, methods=["POST"]),
        Route(paths.SIGN_OUT, door.show_sign_out, methods=["GET"]),
        Route(paths.SIGN_OUT, door.sign_out, methods=["POST"]),
        Route(paths.STYLE, door.style, methods=["GET"]),
        Route(paths.ACTIVITY, door.activity, methods=["POST"]),
        Route(paths.WATCH, door.watch, methods=["GET"]),
        Route(paths.OIDC_START, oidc.start, methods=["GET"]),
        Route(paths.OIDC_CALLBACK, oidc.callback, methods=["GET"]),
        Route(paths.HEALTH, health.alive, methods=["GET"]),
        Route(paths.READY, health.ready, methods=["GET"]),
        Route(paths.METRICS, metrics.show, methods=["GET"]),
        Route("/hooks/{practice}", hooks.receive, methods=["POST"]),
    ]
