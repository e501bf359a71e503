"""Cómo se guardan, se destruyen y se recuperan los contenidos."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.ENTRY_STAYS: (
        "Esta entrada del registro no se puede retirar[: {entry}].",
        "Solo preguntas, solicitudes, respuestas y archivos; lo acordado por ambas se queda.",
    ),
    Code.RECALL_UNKNOWN: (
        "Aquí no hay tal retirada.",
        "Vea la lista: comity recall list.",
    ),
    Code.RECALL_DECIDED: (
        "Esta retirada ya está decidida.",
        "Vea qué resultó: comity recall show RETIRADA.",
    ),
}
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
    "cause.comity-attestation-1": (
        "Decir que destruyó contenidos del registro y por qué. Se anota junto a las entradas."
    ),
    "cause.comity-recall-1": (
        "Pedir que se le devuelvan contenidos que envió. Espera a un oficial, que accede o declina."
    ),
    "cause.comity-recall-outcome-1": "Decir qué resultó de una retirada de usted.",
    "said.comity-attestation-1": "constancia de destrucción",
    "said.comity-recall-1": "retirada",
    "said.comity-recall-outcome-1": "resultado de una retirada",
    "did.attestation.came": "anotó lo que una contraparte destruyó, según su constancia",
    "did.recall.request": "retiró contenidos que había enviado",
    "did.recall.came": "anotó que una contraparte retira contenidos",
    "did.recall.honour": "accedió a una retirada",
    "did.recall.decline": "declinó una retirada",
    "did.recall.decided": "anotó qué resultó de una retirada",
    "label.attested": "la contraparte destruyó su copia",
    "label.declined-because": "declinada porque",
    "label.entries-named": "entradas",
    "label.ground": "motivo",
    "label.passed-on": "entregado a otros",
    "label.recall": "retirada",
    "label.territory": "territorio",
    "label.uses": "usado antes",
    "recall.waiting": "espera a un oficial",
    "recall.requested": "pedida, aún no llegó",
    "recall.acknowledged": "con acuse",
    "recall.deleted": "destruido",
    "recall.already-used": "destruido aquí, usado antes",
    "recall.declined": "declinada",
    "recall.refused": "rechazada",
    "recall.overdue": "vencida",
    "recall-role.giver": "retiramos nosotros",
    "recall-role.holder": "retira la contraparte",
    "whom.authority": "la propia autoridad",
    "whom.court": "un tribunal",
    "whom.peer": "una contraparte",
    "whom.public": "el público",
    "ground.retention": "fin de la conservación",
    "ground.recall": "retirada",
    "answer.attested": "destruido allá",
    "say.no-recalls": "Nadie retira nada.",
    "hint.recall": (
        "Espera su decisión: comity recall honour {recall}, o comity recall decline {recall}"
    ),
}
