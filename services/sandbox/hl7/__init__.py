"""eCW's HL7 v2 interface for clinical notes, as integrators describe it: MLLP in, an ACK back."""
