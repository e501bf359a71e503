"""Words of names that are no part of the name: titles, particles, articles, prepositions."""

from typing import Final

_HONORIFICS: Final = """
    mr mrs ms miss dr prof professor eng ing lic sr sra don dona hon
    gen general maj major col colonel lt capt captain brigadier brig admiral adm marshal sgt
    sergeant
    hajji haji hajj hadji haj mullah mulla mawlawi maulvi maulawi molavi mawlana maulana
    shaykh sheikh shaikh sheik cheikh shykh ustad ayatollah hojjatoleslam hojatoleslam
    sayyid sayed syed seyed seyyed sayyed qari imam mufti sultan prince princess father bishop daw
"""
HONORIFICS: Final = frozenset(_HONORIFICS.split())
"""Titles that lists put into names of persons, or leave out."""

_PARTICLES: Final = """
    de del la las los y e da das do dos di du der den von van zu
    al el ul ash as ad ar az bin ibn ben bint bent binti ould oglu ogly kyzy qizi
"""
PARTICLES: Final = frozenset(_PARTICLES.split())
"""Particles and articles of names of persons: written apart, joined or left out."""

_FUNCTION_WORDS: Final = """
    the of and for in on at to by de del la las los el y e en da do du des der die das und von
    al le les et i dlya po
"""
FUNCTION_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""Articles, prepositions and conjunctions in names of organisations and things."""
