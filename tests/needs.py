"""What some tests need of the machine; without it they are skipped, by name."""

import pytest

from services.documents.reading import is_ocr_available

needs_ocr = pytest.mark.skipif(not is_ocr_available(), reason="needs Debian's tesseract-ocr")
