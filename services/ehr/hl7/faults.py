"""The one way in which reading HL7 v2 fails."""

from services.errors import FoyerError


class Hl7Fault(FoyerError):
    """The bytes are not HL7 v2 as we accept it, and nothing of them may be used.

    The sentence never quotes what the message says of a patient.
    """
