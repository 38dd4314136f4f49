"""Normal forms: what a form says, written the way the chart writes it, or not at all."""

from services.workflows.intake.normal.paths import of
from services.workflows.intake.normal.value import Normal

__all__ = ["Normal", "of"]
