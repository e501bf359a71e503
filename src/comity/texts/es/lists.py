"""Lo que dice el informe de carga: por qué algo se apartó, y qué conviene revisar."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "set-aside.row-blank": "La fila está en blanco.",
    "set-aside.rfc-suppressed": "El RFC está suprimido; en lugar del nombre hay un aviso judicial.",
    "set-aside.rfc-invalid": "El RFC no está bien formado.",
    "set-aside.name-missing": "No hay nombre.",
    "set-aside.id-missing": "No hay identificador.",
    "set-aside.alias-without-entry": "Un alias de una entrada que no está en la lista.",
    "set-aside.address-without-entry": "Un domicilio de una entrada que no está en la lista.",
    "set-aside.remark-without-entry": "Una observación de una entrada que no está en la lista.",
    "set-aside.remark-not-continued": (
        "La continuación de una observación completa: los archivos son de fechas distintas."
    ),
    "set-aside.identifier-incomplete": "El identificador está incompleto y lo comparten muchos.",
    "set-aside.identifier-invalid": "El identificador no está bien formado.",
    "set-aside.identifier-unclear": (
        "Se anuncia un identificador, pero no se distingue del texto que lo rodea."
    ),
    "set-aside.identifier-cut": "La observación se corta a la mitad de un identificador.",
    "set-aside.imo-of-company": "El número IMO es de una empresa, no de un buque.",
    "warn.repeated-id": "El identificador está en varias filas; se unieron en un solo registro.",
    "warn.conflicting-status": (
        "Las filas de un mismo registro dan situaciones distintas; se conservan todas."
    ),
    "warn.name-note-split": "El texto después del nombre se conservó como nota.",
    "warn.remark-continued": "La observación continúa en otro archivo; se unió.",
    "warn.remark-continuation-missing": "La observación está cortada y falta su continuación.",
    "warn.companion-missing": "Falta junto a la lista un archivo que le pertenece.",
    "warn.check-digit-wrong": (
        "Un dígito verificador es incorrecto; el identificador se conservó como está."
    ),
    "warn.country-missing": "Falta el país que expidió un identificador.",
    "warn.country-unknown": "No se conoce el país que expidió un identificador.",
    "warn.date-unreadable": "Una fecha no se puede leer; la situación se conservó sin ella.",
    "warn.date-serial": "Una fecha está escrita como número de días de una hoja de cálculo.",
    "warn.date-short-year": "Una fecha tiene el año con dos dígitos.",
    "warn.date-several": (
        "Una celda tiene varias fechas; cuenta la más reciente y todas están en las notas."
    ),
    "warn.status-undated": "Una situación no tiene fecha.",
    "warn.id-with-name": (
        "Varios registros tendrían este identificador; se le añadieron sus nombres."
    ),
    "warn.birth-date-unreadable": (
        "Una fecha de nacimiento no se puede leer; se conservó como nota."
    ),
    "warn.alias-unclear": (
        "Una parte de los alias no es un nombre; el texto se conservó como nota."
    ),
}
