"""Notes as HL7 v2.5.1 ORU^R01: built, read, checked, carried by MLLP, and acknowledged."""

from services.ehr.hl7.building import build, control_id
from services.ehr.hl7.faults import Hl7Fault
from services.ehr.hl7.note import Note, Patient, Provider, Sex
from services.ehr.hl7.profile import Interface, Profile, Section, load_profile
from services.ehr.hl7.reading import Message, Observation, observations, parse, read

__all__ = [
    "Hl7Fault",
    "Interface",
    "Message",
    "Note",
    "Observation",
    "Patient",
    "Profile",
    "Provider",
    "Section",
    "Sex",
    "build",
    "control_id",
    "load_profile",
    "observations",
    "parse",
    "read",
]
