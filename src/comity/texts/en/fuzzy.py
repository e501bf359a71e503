"""Fuzzy matching: its families, what each reveals, and why a pair has its score."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "family.rfc-curp-root": "first ten characters of RFC or CURP",
    "family.full-name": "whole name in any order",
    "family.skeleton": "sound of the name",
    "family.skeleton-less-one": "sound of the name less one part",
    "family.skeleton-ends": "how the parts of the name begin or end",
    "family.core": "sound of the distinctive words",
    "family.part-birth-date": "part of the name and birth date",
    "family.skeleton-birth-year": "sound of the name and birth year",
    "family.part-postcode": "part of the name and postcode",
    "family.part-street": "part of the name and street",
    "family.part-locality": "part of the name and town",
    "family.birth-date-postcode": "birth date and postcode",
    "family.birth-date-locality": "birth date and town",
    "family.street-locality": "street and town",
    "family.number-street": "street and house number",
    "reveals.rfc": "The holder has a record with this RFC: a taxpayer, named exactly.",
    "reveals.curp": "The holder has a record with this CURP: a person, named exactly.",
    "reveals.passport": "The holder has a record with this passport of this country.",
    "reveals.tax-id": "The holder has a record with this tax id of this country.",
    "reveals.imo": "The holder has a record of the ship with this IMO number.",
    "reveals.wallet": "The holder has a record with this wallet address.",
    "reveals.phone": "The holder has a record with this telephone number: whoever uses it.",
    "reveals.account": (
        "The holder has a record with this account: whoever holds it, or paid into it."
    ),
    "reveals.name": "The holder has a record whose name or alias is spelt like this one.",
    "reveals.rfc-curp-root": (
        "The holder has somebody with these initials and this birth date: mostly the same person, "
        "even where the rest of the RFC or CURP differs or is not known."
    ),
    "reveals.full-name": (
        "The holder has a record of this kind whose name has exactly these words, in some order, "
        "and the same legal form."
    ),
    "reveals.skeleton": (
        "The holder has a record of this kind whose name sounds like this one, part by part; "
        "for short names that can be another name."
    ),
    "reveals.skeleton-less-one": (
        "The holder has a record of this kind whose name sounds like all parts of this one but "
        "one: relatives and sister companies agree as well, and then it shows that they are there."
    ),
    "reveals.skeleton-ends": (
        "The holder has a record of this kind whose name has as many parts, and they all begin, or "
        "all end, with the sounds of this one's: sometimes it is another name."
    ),
    "reveals.core": (
        "The holder has an organisation whose distinctive words sound like those of this one, "
        "whatever its trade and legal form: companies of one group agree as well."
    ),
    "reveals.part-birth-date": (
        "The holder has a person born on this day who has a name that sounds like one part of this "
        "one, if only the given name."
    ),
    "reveals.skeleton-birth-year": (
        "The holder has a person born in this year whose name sounds like this one."
    ),
    "reveals.part-postcode": (
        "The holder has a record with this postcode and a name that sounds like one part of this "
        "one: relatives at one address agree as well."
    ),
    "reveals.part-street": (
        "The holder has a record in a street of this name, and a name that sounds like one part of "
        "this one: relatives at one address agree as well."
    ),
    "reveals.part-locality": (
        "The holder has a record in this town and a name that sounds like one part of this one: in "
        "a large town that can be anybody."
    ),
    "reveals.birth-date-postcode": (
        "The holder has a person born on this day with this postcode, whatever the name."
    ),
    "reveals.birth-date-locality": (
        "The holder has a person born on this day in the records of this town, whatever the name."
    ),
    "reveals.street-locality": (
        "The holder has a record in this street of this town, whoever it is: neighbours agree too."
    ),
    "reveals.number-street": (
        "The holder has a record at this number of a street of this name, whoever it is."
    ),
    "band.same": "same",
    "band.probably": "probably",
    "band.possibly": "possibly",
    "band.none": "no match",
    "presence.birth-date": "birth date",
    "presence.rfc": "RFC",
    "presence.curp": "CURP",
    "presence.passport": "passport",
    "presence.tax-id": "tax id",
    "presence.imo": "IMO number",
    "presence.wallet": "wallet address",
    "presence.phone": "telephone number",
    "presence.account": "account number",
    "presence.address": "address",
    "label.band": "match",
    "label.score": "score",
    "label.presence": "the label says it has",
    "say.below": "Pairs that share something and are most likely different: {count}, not shown.",
    "say.expected": (
        "Of {hits} hits that are {band}, by our own list at most {wrong} are expected to be wrong."
    ),
    "say.why": "{ours} and {handle}: {band}",
    "say.why-line": "{weight}  {reason}",
    "say.why-total": "{total}  in all",
    "say.tokens-withheld": "The record is withheld: nothing of it is tagged.",
    "say.tokens-of": "{family}: {count}",
    "say.token": "  {value}",
    "explain.reveals": "What agreement shows, {family}: {reveals}",
    "why.name-equal": "The whole name is equal, in some order.",
    "why.name-sounds-equal": "All parts of the name sound equal.",
    "why.part": "A part of the name sounds equal: {value}.",
    "why.part-similar": "A part of the name begins or ends alike: {value}.",
    "why.surname-missing": "Theirs does not have our surname: {value}.",
    "why.patronymic-missing": (
        "Theirs does not have our patronymic, which lists often leave out: {value}."
    ),
    "why.generic-missing": "Theirs does not have a word of ours that many names have: {value}.",
    "why.part-missing": "Theirs does not have a part of ours: {value}.",
    "why.part-added": "Theirs has a part that ours has not.",
    "why.core-differs": "Not all of the distinctive words were found to agree.",
    "why.name-differs": "No part of the name was found to agree.",
    "why.identifier": "An official identifier is equal: {family}.",
    "why.root": "The first ten characters of RFC or CURP are equal.",
    "why.birth-date": "The birth date is equal: {value}.",
    "why.birth-year": "The birth year is equal: {value}.",
    "why.number": "The house number is equal.",
    "why.street": "The street sounds equal.",
    "why.locality": "The town sounds equal.",
    "why.postcode": "The postcode is equal: {value}.",
    "why.identifier-differs": "Both have this identifier, and it differs: {family}.",
    "why.birth-date-differs": "Both have a birth date, and none was found to agree.",
    "why.address-differs": "Both have an address, and not all of it was found to agree.",
}
