"""X12: files of payers and clearinghouses read as typed rows, and what we send to them written.

``reading.rows`` reads a file of any size in one pass (835, 277CA, 277, 999, TA1, 837P, 837I, 271);
``claim_writer`` and ``enquiry`` write corrected claims, 276 and 270. Nothing here knows of eCW, a
database or a network, and only ``X12Fault`` leaves the readers.
"""

from services.ehr.x12.faults import X12Fault
from services.ehr.x12.reading import AnyRow, rows

__all__ = ["AnyRow", "X12Fault", "rows"]
