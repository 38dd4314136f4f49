"""The other side of the wire: a small synthetic eClinicalWorks, healow, clearinghouse and identity provider."""

from services.sandbox.access import Client
from services.sandbox.app import create_app
from services.sandbox.server import Control, Running, running
from services.sandbox.world import SandboxConfig

__all__ = ["Client", "Control", "Running", "SandboxConfig", "create_app", "running"]
