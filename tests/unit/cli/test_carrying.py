"""The commands name the formats without importing them."""

from foretell_codegen.interchange import FORMATS
from foretell_runtime.cli import carrying


def test_the_commands_offer_all_formats_that_there_are() -> None:
    assert tuple(FORMATS) == carrying.FORMATS
