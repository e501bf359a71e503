"""Countries by name."""

import re

from comity.formats.countries import COUNTRIES, country_code


def test_codes_are_codes() -> None:
    assert all(re.fullmatch("[A-Z]{2}", code) for code in COUNTRIES.values())
    assert all(name == name.strip() and len(name) > 3 for name in COUNTRIES)


def test_names_of_all_sorts() -> None:
    assert country_code("Mexico") == "MX"
    assert country_code("  korea,  NORTH ") == "KP"
    assert country_code("Congo, Democratic Republic of the") == "CD"
    assert country_code("Texas") == ""
    assert country_code("") == ""
