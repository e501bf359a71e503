"""Which tokens a holder leaves out, since many of its records share them.

A token that many records share tells the asker little of any of them, and that a pair shares it
leaks all the same. The rule is on counts alone, so that it can be applied where rows of one token
are side by side (`comity.core.matching.seal_rows`).
"""

from comity.core.fuzzy.families import FUZZY
from comity.core.records import Family
from comity.limits import RECORDS_PER_FUZZY_TOKEN, RECORDS_PER_TOKEN


def entries_of(family: Family, records: int, most: int = RECORDS_PER_FUZZY_TOKEN) -> int:
    """Return how many of the `records` that share a token get entries.

    Of fuzzy families all of them, or none where more than `most` share it; terms may lower `most`
    and never raise it. Of exact families the first RECORDS_PER_TOKEN: what two lists say of one
    identifier is wanted however often it stands there.
    """
    if family not in FUZZY:
        return min(records, RECORDS_PER_TOKEN)
    return 0 if records > min(most, RECORDS_PER_FUZZY_TOKEN) else records
