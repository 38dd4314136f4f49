"""How a message comes in: into its thread, or into a new one on the right provider's desk."""

from dataclasses import dataclass, field
from datetime import datetime

from services.sandbox.charts import name_of
from services.sandbox.directory import PROVIDERS
from services.sandbox.mailbox import NETWORK_DELAY, Message, Thread
from services.sandbox.shapes import Json
from services.sandbox.tenants import Tenant


@dataclass(frozen=True)
class Arrival:
    """A message on its way in. Empty ``patient`` and ``thread`` mean the practice's first patient, anew."""

    body: str
    at: datetime
    patient: str = ""
    thread: str = ""
    subject: str = "Message"
    author: str = "patient"
    id: str = ""
    sent: datetime | None = None
    attachments: tuple[Json, ...] = ()
    overrides: Json = field(default_factory=dict)


def deliver(tenant: Tenant, arrival: Arrival) -> Message:
    """Store one message. Raises KeyError for a patient or thread the practice does not have."""
    known = tenant.mailbox.threads.get(arrival.thread)
    thread = known or open_thread(tenant, arrival)
    return tenant.mailbox.put(
        Message(
            id=arrival.id or tenant.next_id("m-1"),
            thread=thread.id,
            author=arrival.author,
            body=arrival.body,
            sent=arrival.sent or arrival.at - NETWORK_DELAY,
            received=arrival.at,
            attachments=arrival.attachments,
            overrides=arrival.overrides,
        )
    )


def open_thread(tenant: Tenant, arrival: Arrival) -> Thread:
    """A new conversation, on the desk of the patient's own provider. Raises KeyError."""
    reference = arrival.patient or f"Patient/{next(tenant.chart.all('Patient'))['id']}"
    patient = tenant.chart.at(reference)
    if patient is None:
        raise KeyError(reference)
    doctor = patient["generalPractitioner"][0]["reference"]
    provider = PROVIDERS[doctor]
    return tenant.mailbox.open(
        Thread(
            id=arrival.thread or tenant.next_id("t-1"),
            subject=arrival.subject,
            patient=reference,
            display=name_of(patient),
            location=f"Location/{provider.location}",
            department=provider.department,
            provider=doctor,
        )
    )
