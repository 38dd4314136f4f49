"""Claude for the commands of an operator: set up from the settings, asked directly."""

from services.ai import Assistant
from services.errors import Misconfigured
from services.settings import Settings


def claude(settings: Settings) -> Assistant:
    """Claude as the settings have it. Raises ``Misconfigured`` when it is not set up."""
    # Imported late: it takes seconds, and the embedded engine needs none of it.
    from services.ai.claude import Claude, connect
    from services.wiring import claude_options

    if not settings.anthropic_api_key.get_secret_value():
        raise Misconfigured(["anthropic_api_key: is missing, and the engine is claude."])
    if settings.claude_model not in settings.claude_prices:
        raise Misconfigured(["claude_prices: has no price for claude_model."])
    options = claude_options(settings)
    return Claude(connect(options), options)
