"""Coincidencia aproximada: familias, qué revela cada una y por qué un par tiene su puntuación."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "family.rfc-curp-root": "primeros diez caracteres de RFC o CURP",
    "family.full-name": "nombre completo en cualquier orden",
    "family.skeleton": "sonido del nombre",
    "family.skeleton-less-one": "sonido del nombre menos una parte",
    "family.skeleton-ends": "cómo empiezan o acaban las partes del nombre",
    "family.core": "sonido de las palabras distintivas",
    "family.part-birth-date": "parte del nombre y fecha de nacimiento",
    "family.skeleton-birth-year": "sonido del nombre y año de nacimiento",
    "family.part-postcode": "parte del nombre y código postal",
    "family.part-street": "parte del nombre y calle",
    "family.part-locality": "parte del nombre y localidad",
    "family.birth-date-postcode": "fecha de nacimiento y código postal",
    "family.birth-date-locality": "fecha de nacimiento y localidad",
    "family.street-locality": "calle y localidad",
    "family.number-street": "calle y número",
    "reveals.rfc": "El titular tiene un registro con este RFC: un contribuyente, con exactitud.",
    "reveals.curp": "El titular tiene un registro con esta CURP: una persona, con exactitud.",
    "reveals.passport": "El titular tiene un registro con este pasaporte de este país.",
    "reveals.tax-id": "El titular tiene un registro con esta clave fiscal de este país.",
    "reveals.imo": "El titular tiene un registro del buque con este número OMI.",
    "reveals.wallet": "El titular tiene un registro con esta dirección de monedero.",
    "reveals.phone": "El titular tiene un registro con este número de teléfono: de quien lo use.",
    "reveals.account": (
        "El titular tiene un registro con esta cuenta: de quien la tenga o haya pagado a ella."
    ),
    "reveals.name": "El titular tiene un registro cuyo nombre o alias se escribe como este.",
    "reveals.rfc-curp-root": (
        "El titular tiene a alguien con estas iniciales y esta fecha de nacimiento: casi siempre "
        "la misma persona, aunque el resto del RFC o de la CURP sea distinto o no se conozca."
    ),
    "reveals.full-name": (
        "El titular tiene un registro de este tipo cuyo nombre tiene exactamente estas palabras, "
        "en algún orden, y la misma forma jurídica."
    ),
    "reveals.skeleton": (
        "El titular tiene un registro de este tipo cuyo nombre suena como este, parte por parte; "
        "si el nombre es corto, puede ser otro nombre."
    ),
    "reveals.skeleton-less-one": (
        "El titular tiene un registro de este tipo cuyo nombre suena como todas las partes de "
        "este menos una: los parientes y las empresas hermanas también coinciden, y entonces se "
        "sabe que están ahí."
    ),
    "reveals.skeleton-ends": (
        "El titular tiene un registro de este tipo cuyo nombre tiene las mismas partes en número, "
        "y todas empiezan, o todas acaban, con los sonidos de las de este: a veces es otro nombre."
    ),
    "reveals.core": (
        "El titular tiene una organización cuyas palabras distintivas suenan como las de esta, sea "
        "cual sea su giro y su forma jurídica: las empresas de un mismo grupo también coinciden."
    ),
    "reveals.part-birth-date": (
        "El titular tiene a una persona nacida ese día con un nombre que suena como una parte de "
        "este, aunque solo sea el nombre de pila."
    ),
    "reveals.skeleton-birth-year": (
        "El titular tiene a una persona nacida ese año cuyo nombre suena como este."
    ),
    "reveals.part-postcode": (
        "El titular tiene un registro con este código postal y un nombre que suena como una parte "
        "de este: los parientes en un mismo domicilio también coinciden."
    ),
    "reveals.part-street": (
        "El titular tiene un registro en una calle de este nombre y un nombre que suena como una "
        "parte de este: los parientes en un mismo domicilio también coinciden."
    ),
    "reveals.part-locality": (
        "El titular tiene un registro en esta localidad y un nombre que suena como una parte de "
        "este: en una localidad grande puede ser cualquiera."
    ),
    "reveals.birth-date-postcode": (
        "El titular tiene a una persona nacida ese día con este código postal, sea cual sea su "
        "nombre."
    ),
    "reveals.birth-date-locality": (
        "El titular tiene a una persona nacida ese día en los registros de esta localidad, sea "
        "cual sea su nombre."
    ),
    "reveals.street-locality": (
        "El titular tiene un registro en esta calle de esta localidad, sea quien sea: los vecinos "
        "también coinciden."
    ),
    "reveals.number-street": (
        "El titular tiene un registro en este número de una calle de este nombre, sea quien sea."
    ),
    "band.same": "el mismo",
    "band.probably": "probable",
    "band.possibly": "posible",
    "band.none": "sin coincidencia",
    "presence.birth-date": "fecha de nacimiento",
    "presence.rfc": "RFC",
    "presence.curp": "CURP",
    "presence.passport": "pasaporte",
    "presence.tax-id": "identificación fiscal",
    "presence.imo": "número IMO",
    "presence.wallet": "dirección de billetera",
    "presence.phone": "número de teléfono",
    "presence.account": "número de cuenta",
    "presence.address": "domicilio",
    "label.band": "coincide",
    "label.score": "puntos",
    "label.presence": "la etiqueta dice que tiene",
    "say.below": "Pares que comparten algo y casi seguro son distintos: {count}, no se muestran.",
    "say.expected": (
        "De {hits} coincidencias «{band}», según nuestra propia lista se espera que estén mal "
        "como mucho el {wrong}."
    ),
    "say.why": "{ours} y {handle}: {band}",
    "say.why-line": "{weight}  {reason}",
    "say.why-total": "{total}  en total",
    "say.tokens-withheld": "El registro está reservado: nada de él se etiqueta.",
    "say.tokens-of": "{family}: {count}",
    "say.token": "  {value}",
    "explain.reveals": "Qué muestra una coincidencia, {family}: {reveals}",
    "why.name-equal": "El nombre completo es igual, en algún orden.",
    "why.name-sounds-equal": "Todas las partes del nombre suenan igual.",
    "why.part": "Una parte del nombre suena igual: {value}.",
    "why.part-similar": "Una parte del nombre empieza o acaba igual: {value}.",
    "why.surname-missing": "El otro no tiene nuestro apellido: {value}.",
    "why.patronymic-missing": (
        "El otro no tiene nuestro patronímico, que las listas omiten a menudo: {value}."
    ),
    "why.generic-missing": (
        "El otro no tiene una palabra nuestra que muchos nombres tienen: {value}."
    ),
    "why.part-missing": "El otro no tiene una parte del nuestro: {value}.",
    "why.part-added": "El otro tiene una parte que el nuestro no tiene.",
    "why.core-differs": "No se halló que coincidan todas las palabras distintivas.",
    "why.name-differs": "No se halló ninguna parte del nombre que coincida.",
    "why.identifier": "Un identificador oficial es igual: {family}.",
    "why.root": "Los primeros diez caracteres del RFC o de la CURP son iguales.",
    "why.birth-date": "La fecha de nacimiento es igual: {value}.",
    "why.birth-year": "El año de nacimiento es igual: {value}.",
    "why.number": "El número de la casa es igual.",
    "why.street": "La calle suena igual.",
    "why.locality": "La localidad suena igual.",
    "why.postcode": "El código postal es igual: {value}.",
    "why.identifier-differs": "Ambos tienen este identificador, y es distinto: {family}.",
    "why.birth-date-differs": (
        "Ambos tienen fecha de nacimiento, y no se halló ninguna que coincida."
    ),
    "why.address-differs": "Ambos tienen domicilio, y no se halló que coincida todo.",
}
