"""Cómo se guardan, se destruyen y se recuperan los contenidos."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "answer.destroyed": "destruido",
    "did.record.rotate": "puso todos los contenidos bajo una nueva llave de envoltura",
    "did.recall.destroyed": "destruyó lo que una contraparte retiró",
    "label.destroyed": "destruidos desde entonces",
    "say.rotated": (
        "Los contenidos están bajo la llave de envoltura {number}; destruidas hasta ahora: "
        "{destroyed}."
    ),
    "say.wrap-lost": (
        "Falta el archivo de la llave de envoltura {number}, y lo que está bajo ella no se puede "
        "abrir."
    ),
}
