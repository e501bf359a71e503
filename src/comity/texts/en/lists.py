"""What a load report says: why something was set aside, and what deserves a look."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "set-aside.row-blank": "The row is blank.",
    "set-aside.rfc-suppressed": "The RFC is suppressed; what stands as the name is a court notice.",
    "set-aside.rfc-invalid": "The RFC is not well formed.",
    "set-aside.name-missing": "There is no name.",
    "set-aside.id-missing": "There is no id.",
    "set-aside.alias-without-entry": "An alias of an entry that is not on the list.",
    "set-aside.address-without-entry": "An address of an entry that is not on the list.",
    "set-aside.remark-without-entry": "A remark of an entry that is not on the list.",
    "set-aside.remark-not-continued": (
        "A continuation of a remark that is whole: the files are of different dates."
    ),
    "set-aside.identifier-incomplete": "The identifier is incomplete, and shared by many.",
    "set-aside.identifier-invalid": "The identifier is not well formed.",
    "set-aside.identifier-unclear": "An identifier is announced, but cannot be told from the text.",
    "set-aside.identifier-cut": "The remark is cut in the middle of an identifier.",
    "set-aside.imo-of-company": "The IMO number is a company's, not a ship's.",
    "warn.repeated-id": "The id stands on several rows; they became one record.",
    "warn.conflicting-status": "Rows of one record give different statuses; all are kept.",
    "warn.name-note-split": "Text after the name was kept as a note.",
    "warn.remark-continued": "The remark goes on in another file; it was joined.",
    "warn.remark-continuation-missing": "The remark is cut, and its continuation is missing.",
    "warn.companion-missing": "A file that belongs to the list is not beside it.",
    "warn.check-digit-wrong": "A check digit is wrong; the identifier was kept as it is.",
    "warn.country-missing": "The country that issued an identifier is missing.",
    "warn.country-unknown": "The country that issued an identifier is not known.",
    "warn.date-unreadable": "A date cannot be read; the status was kept without it.",
    "warn.date-serial": "A date was written as a spreadsheet's number of days.",
    "warn.date-short-year": "A date has a year of two digits.",
    "warn.date-several": "A cell has several dates; the latest counts, all are in the notes.",
    "warn.status-undated": "A status has no date.",
    "warn.id-with-name": "Several records would have this id; their names were added to it.",
    "warn.birth-date-unreadable": "A birth date cannot be read; it was kept as a note.",
    "warn.alias-unclear": "A part of the aliases is no name; the text was kept as a note.",
}
