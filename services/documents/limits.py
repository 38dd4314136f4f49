"""How much of a file we are willing to read, and how long we try."""

MIB = 2**20
LARGEST = 25 * MIB  # bytes of one file
PAGES = 40
SCANNED_PAGES = 15  # at two to three seconds a page this stays within the minute
WORDS = 100_000  # forty dense pages hold 30,000
PIXELS = 50_000_000  # a letter at 600 dpi has 34 million
RENDERED_PIXELS = 12_000_000  # a letter at 350 dpi
WIDEST = 3000  # pixels of a page shown beside the fields

UNPACKED_BYTES = 100 * MIB
UNPACKED_RATIO = 200  # the XML of a long form packs 30 to 1
ARCHIVE_ENTRIES = 2000
XML_DEPTH = 200  # the deepest of the HL7 examples has 21

SECONDS = 60.0
CPU_SECONDS = 60
ADDRESS_SPACE = 1536 * MIB
WRITTEN_BYTES = 128 * MIB
