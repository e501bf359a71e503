"""Legal forms of organisations: every way they are written, and one code for each.

SPELLINGS has the spellings of each code, separated by bars, as `parts.words` gives them: lower-case
ASCII, initials joined (`S.A.` is `sa`). Forms of one code are written for each other in lists (a
Russian OOO as LLC). These are facts of company law and of how lists translate it, and no claim that
the forms are alike.
"""

from typing import Final

SPELLINGS: Final = {
    # Mexico and Latin America; Spain
    "sa-cv": "sa de cv|s a de c v|sa cv|sociedad anonima de capital variable",
    "sapi": "sapi de cv|sapi|sociedad anonima promotora de inversion de capital variable"
    "|sociedad anonima promotora de inversion",
    "sab": "sab de cv|sab|sociedad anonima bursatil de capital variable|sociedad anonima bursatil",
    "sa": "sa|s a|sociedad anonima|societe anonyme|sociedade anonima|saa|sac"
    "|sociedad anonima cerrada",
    "srl-cv": "s de rl de cv|srl de cv|s de r l de c v|de rl de cv|s rl de cv"
    "|sociedad de responsabilidad limitada de capital variable",
    "srl": "s de rl|srl|s r l|de rl|sociedad de responsabilidad limitada|s de rl mi|sarl|eurl"
    "|societe a responsabilite limitee|societa a responsabilita limitata|srls",
    "sl": "sl|slu|sociedad limitada|sociedad limitada unipersonal",
    "sc": "sc|s c|sociedad civil",
    "ac": "ac|a c|asociacion civil",
    "scs": "s en c|s en c s|s en c por a|s en cs|sociedad en comandita simple"
    "|sociedad en comandita",
    "snc": "s en nc|s en n c|snc|sociedad en nombre colectivo",
    "sas": "sas|sas de cv|sociedad por acciones simplificada",
    "scl": "scl|s coop|sc de rl|sc de rl de cv|sociedad cooperativa|s c de rl"
    "|s c de rl de cv"
    "|sociedad cooperativa de responsabilidad limitada",
    "sofom": "sofom|sofom enr|sofom er|sociedad financiera de objeto multiple",
    "spr": "spr|spr de rl|spr de ri|sociedad de produccion rural|s p r de rl",
    "ca": "ca|c a|compania anonima",
    "ltda": "ltda|limitada|cia ltda|compania limitada|y cia ltda",
    "eirl": "eirl|empresa individual de responsabilidad limitada",
    # English
    "llc": "llc|l l c|limited liability company|limited liability co|ooo|o o o|tov|too|wll|w l l"
    "|with limited liability|obshchestvo s ogranichennoy otvetstvennostyu"
    "|obshchestvo s ogranichennoi otvetstvennostyu|limited liability partnership company"
    "|tovaristvo z obmezhenoyu vidpovidalnistyu|odo|obshchestvo s dopolnitelnoy otvetstvennostyu",
    "ltd": "ltd|limited|pte ltd|private limited|pvt ltd|co ltd|company limited|pty ltd|ltd co"
    "|co limited|co pvt ltd|company ltd|private ltd|pte limited|sdn bhd|hk limited|hk ltd",
    "plc": "plc|public limited company",
    "llp": "llp|limited liability partnership",
    "lp": "lp|limited partnership",
    "inc": "inc|incorporated|corp|corporation",
    "co": "co|company|and co|kompaniya|compania|cia|y cia|compagnie",
    "trust": "trust",
    "fze": "fze|fzc|fzco|fz llc|fz co|free zone establishment|free zone company|fz|dmcc|fzllc",
    "est": "est|establishment",
    # Russia and its neighbours
    "jsc": "jsc|j s c|joint stock company|joint stock co|ao|aktsionernoe obshchestvo|a o"
    "|aktsionernoye obshchestvo|pjsc|public joint stock company|public jsc|pao"
    "|publichnoe aktsionernoe obshchestvo|publichnoye aktsionernoye obshchestvo|oao|ojsc"
    "|open joint stock company|otkrytoe aktsionernoe obshchestvo|open jsc"
    "|otkrytoye aktsionernoye obshchestvo|cjsc|zao|closed joint stock company|closed jsc"
    "|zakrytoe aktsionernoe obshchestvo|zakrytoye aktsionernoye obshchestvo|npao|aozt"
    "|private joint stock company|private jsc|joint stock",
    "fgup": "fgup|fsue|federal state unitary enterprise"
    "|federalnoe gosudarstvennoe unitarnoe predpriyatie"
    "|federalnoye gosudarstvennoye unitarnoye predpriyatiye",
    "fgbu": "fgbu|fgbun|fgbou|federal state budgetary institution|federal state budgetary"
    "|federal state budgetary institution of science"
    "|federalnoe gosudarstvennoe byudzhetnoe uchrezhdenie",
    "gup": "gup|rup|sue|state unitary enterprise|unitary enterprise|republican unitary enterprise"
    "|unitary private enterprise|gosudarstvennoe unitarnoe predpriyatie|chup",
    "ano": "ano|autonomous noncommercial organization|autonomous non profit organization"
    "|autonomous nonprofit organization|avtonomnaya nekommercheskaya organizatsiya",
    "ip": "individualnyy predprinimatel|individual entrepreneur",
    # Germany, the Netherlands, the north, the south-east
    "gmbh": "gmbh|g m b h|gesellschaft mit beschraenkter haftung"
    "|gesellschaft mit beschrankter haftung|mbh",
    "gmbh-kg": "gmbh co kg|gmbh and co kg|gmbh und co kg",
    "ag": "ag|aktiengesellschaft",
    "kg": "kg|kommanditgesellschaft",
    "ug": "ug|ug haftungsbeschraenkt|ug haftungsbeschrankt",
    "ev": "ev|e v|eingetragener verein",
    "bv": "bv|b v|besloten vennootschap",
    "nv": "nv|n v|naamloze vennootschap",
    "spa": "spa|s p a|societa per azioni",
    "oy": "oy|oyj|osakeyhtio",
    "ab": "ab|aktiebolag",
    "as": "as|a s|aksjeselskap|anonim sirketi|anonim sirket",
    "aps": "aps|anpartsselskab",
    "kft": "kft|korlatolt felelossegu tarsasag",
    "zrt": "zrt|nyrt|zartkoruen mukodo reszvenytarsasag",
    "doo": "doo|d o o|drustvo s ogranicenom odgovornoscu",
    "ad": "ad|a d|ead|aktsionerno druzhestvo",
    "ood": "ood|eood|e o o d",
    "sro": "sro|s r o|spolecnost s rucenim omezenym",
    "spzoo": "sp z oo|sp z o o|spolka z ograniczona odpowiedzialnoscia|sp zoo",
    "sti": "sti|ltd sti|limited sirketi|limited sirket",
    "ou": "ou|osauhing",
    "sia": "sia",
    "uab": "uab",
    # Asia
    "pt": "pt|tbk|pt tbk",
    "bhd": "bhd|berhad",
    "pjs": "pjs|private joint stock",
    "psc": "psc|public shareholding company|pvt jsc",
    "sal": "sal|s a l|offshore sal|sal offshore",
    "kk": "kabushiki kaisha|kk|k k",
}

CODES: Final = {
    tuple(spelling.split()): code
    for code, spellings in SPELLINGS.items()
    for spelling in spellings.split("|")
}
"""Words of a spelling to the code of the form."""

LONGEST: Final = max(map(len, CODES))
"""Words of the longest spelling."""


def cut_forms(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words without legal forms, and the distinct codes of the forms, sorted.

    The longest spelling wins at each place, from the left. Where nothing else would be left, the
    words are the name, and there is no form.
    """
    kept: list[str] = []
    codes: set[str] = set()
    at = 0
    while at < len(words):
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            code = CODES.get(words[at : at + size])
            if code is not None:
                codes.add(code)
                at += size
                break
        else:
            kept.append(words[at])
            at += 1
    return (tuple(kept), tuple(sorted(codes))) if kept else (words, ())
