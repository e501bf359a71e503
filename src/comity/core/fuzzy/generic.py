"""Words of organisations' names that say what they are, not which one.

A fixed list, the same for all: both sides must leave out the same words. It has trades, kinds of
bodies, and countries that stand in many names, in English, Spanish and transliterated Russian.
"""

from typing import Final

_GENERIC: Final = """
    company companies co corporation corp group holding holdings enterprise enterprises firm
    association organization organisation foundation institute institution center centre bureau
    agency office ministry department directorate committee council commission administration
    authority union service services servicios servicio general main head managing management
    national state federal republican republic international intl global world foreign domestic
    central regional joint private public open limited unitary named name after no number new
    first bank banking insurance investment investments finance financial capital asset leasing
    trust fund credit exchange trade trading commercial commerce comercial comercializadora
    comercio distribuidora distribuciones importadora exportadora import export imports exports
    marketing industry industries industrial industria industrias manufacturing manufacturer
    production producing productions productora products product factory plant works mill complex
    research scientific science sciences design development engineering technology technologies
    technological technical tech technic technics university college academy laboratory
    laboratories experimental special specialized advanced applied innovation innovative systems
    system solutions construction constructions construcciones constructora constructor building
    builders edificaciones proyectos project projects obras grupo corporativo consorcio asesoria
    asesores consultoria consultores consulting consultants consultancy administrativos
    administrativo administracion empresarial empresa empresas negocios soluciones sistemas
    operadora desarrollo desarrollos desarrolladora inmobiliaria inmuebles transportes transporte
    transport transportation transports logistics logistica logistic shipping marine maritime
    navigation vessel ship ships shipbuilding shipyard aviation aerospace aircraft airline
    airlines air airways space energy power electric electrical electronic electronics electro oil
    gas petroleum petrochemical chemical chemicals refinery mining metal metals steel
    metallurgical machine machines machinery mechanical instrument instruments equipment materials
    material supply supplies food foods agricultural agricola agropecuaria ganadera alimentos farm
    medical pharmaceutical health security seguridad defense defence military communications
    communication telecom telecommunications media television information computer software
    digital data internet network networks zavod fabrika obedinenie obyedinenie predpriyatie
    predpriyatiye gosudarstvennoe gosudarstvennoye nauchno issledovatelskiy proizvodstvennoe
    proizvodstvennoye institut tsentr kompaniya kompanii korporatsiya gruppa torgovyy dom imeni im
    konstruktorskoe konstruktorskoye byuro nii npo npp npk nauchnyy proizvodstvennaya nauchnaya
    tekhnicheskiy tekhnologii sistemy universitet real estate properties property house hotel
    hotels tourism travel restaurant sport sports club party movement front army forces force
    brigade battalion representaciones representacion recursos humanos personal mexico mexicana
    mexicano profesionales profesional integral integrales multiservicios materiales suministros
    suministro maquinaria equipos tecnologia tecnologias tecnica publicidad promotora promociones
    iran iranian russia russian rossii rossiyskaya belarus belarusian syria syrian china chinese
    moscow
"""
GENERIC: Final = frozenset(_GENERIC.split())
