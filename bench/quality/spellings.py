"""Tables for the generated set of errors: other spellings, nicknames, legal forms, confusions.

They are written for this set, from how lists spell things, and not from the tables that matching
uses (`comity.core.fuzzy`): an error that only our own tables know would prove nothing.
"""

from typing import Final

TRANSLITERATIONS: Final = (
    *(("kh", "h"), ("kh", "ch"), ("zh", "j"), ("zh", "g"), ("sh", "ch"), ("sh", "sch")),
    *(("shch", "sch"), ("shch", "shh"), ("ch", "tch"), ("ch", "tsch"), ("ts", "tz"), ("ts", "c")),
    *(("yu", "iu"), ("yu", "ju"), ("ya", "ia"), ("ya", "ja"), ("ye", "e"), ("ye", "je")),
    *(("y", "i"), ("iy", "y"), ("ii", "y"), ("ey", "ei"), ("ay", "ai"), ("ov", "off")),
    *(("ev", "eff"), ("v", "w"), ("ou", "u"), ("u", "ou"), ("oo", "u"), ("ee", "i"), ("i", "ee")),
    *(("dj", "j"), ("j", "dj"), ("q", "k"), ("q", "gh"), ("gh", "g"), ("ph", "f"), ("x", "ks")),
    *(("mohammad", "muhammed"), ("mohammed", "mohamad"), ("muhammad", "mohamed")),
    *(("abdul", "abdel"), ("abdullah", "abdallah"), ("hussein", "husayn"), ("hasan", "hassan")),
    *(("ahmad", "ahmed"), ("yousef", "yusuf"), ("ss", "s"), ("ll", "l"), ("a", "e")),
)
"""Ways in which one sound is written in Latin letters, as (before, after)."""

_LETTERS: Final = "a=а b=б v=в g=г d=д e=е z=з i=и k=к l=л m=м n=н o=о p=п r=р s=с t=т u=у f=ф"
_MORE: Final = "y=ы c=ц h=х j=й w=в q=к x=кс"
_GROUPS: Final = "shch=щ zh=ж kh=х ts=ц ch=ч sh=ш yu=ю ya=я ye=е iy=ий yy=ый ay=ай ey=ей oy=ой"
CYRILLIC: Final = dict(
    sorted(
        (pair.split("=") for pair in f"{_GROUPS} {_LETTERS} {_MORE}".split()),
        key=lambda pair: -len(pair[0]),
    )
)
"""Groups and letters as they are written in Russian, the longest first."""

_NICKNAMES: Final = """
    aleksandr sasha|alexander alex|aleksey alyosha|alexei alyosha|vladimir volodya|dmitry dima
    dmitriy dima|mikhail misha|sergey seryozha|sergei seryozha|nikolay kolya|nikolai kolya
    ivan vanya|yevgeny zhenya|evgeny zhenya|pavel pasha|yuri yura|yury yura|anatoly tolya
    viktor vitya|andrey andryusha|konstantin kostya|boris borya|maria masha|natalia natasha
    tatiana tanya|yelena lena|elena lena|olga olya|anna anya|ekaterina katya|svetlana sveta
    jose pepe|francisco paco|jesus chuy|guadalupe lupe|enrique quique|rafael rafa|manuel manolo
    roberto beto|alberto beto|ignacio nacho|eduardo lalo|antonio tono|luis lucho|carlos charly
    maria mari|dolores lola|mercedes meche|fernando nando|guillermo memo|ricardo richi|rosario chayo
    william bill|robert bob|richard dick|james jim|john jack|michael mike|thomas tom|joseph joe
    daniel dan|david dave|peter pete|charles chuck|elizabeth liz|margaret peggy|samuel sam
    muhammad mo|mohammad mo|mohammed mo|abdullah abdo|ibrahim ibo|mustafa mustaf|youssef joe
"""
NICKNAMES: Final = dict(
    pair.split() for pair in _NICKNAMES.replace("\n", "|").split("|") if pair.strip()
)
"""What people are called whose given name is the first of each pair."""

LEGAL_FORMS: Final = (
    ("s.a. de c.v.", "sociedad anonima de capital variable"),
    ("sa de cv", "S.A. de C.V."),
    ("s. de r.l. de c.v.", "sociedad de responsabilidad limitada de capital variable"),
    ("s.c.", "sociedad civil"),
    ("s.a.s.", "sociedad por acciones simplificada"),
    ("ltda.", "limitada"),
    ("e.u.", "empresa unipersonal"),
    ("s.a.", "sociedad anonima"),
    ("limited liability company", "LLC"),
    ("l.l.c.", "limited liability company"),
    ("llc", "OOO"),
    ("ooo", "LLC"),
    ("joint stock company", "JSC"),
    ("jsc", "AO"),
    ("oao", "open joint stock company"),
    ("zao", "CJSC"),
    ("ao", "JSC"),
    ("company limited", "Co., Ltd."),
    ("co., ltd.", "company limited"),
    ("ltd.", "limited"),
    ("limited", "Ltd"),
    ("ltd", "Limited"),
    ("incorporated", "Inc."),
    ("inc.", "incorporated"),
    ("corporation", "Corp."),
    ("corp.", "corporation"),
    ("company", "Co."),
    ("co.", "company"),
    ("gmbh", "Gesellschaft mit beschraenkter Haftung"),
    ("fze", "free zone establishment"),
    ("est.", "establishment"),
)
"""Legal forms as they end a name, and another way to write each; the first that fits counts."""

CONFUSIONS: Final = (
    *(("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("li", "h")),
    *(("l", "1"), ("i", "l"), ("o", "0"), ("s", "5"), ("b", "8"), ("e", "c"), ("c", "e")),
    *(("u", "ii"), ("n", "ri"), ("g", "q"), ("z", "2"), ("h", "b"), ("t", "f")),
)
"""What a scanner reads for what is printed."""

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NEIGHBOURS: Final = {
    letter: row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    for row in _ROWS
    for at, letter in enumerate(row)
}
"""Keys beside a key."""
