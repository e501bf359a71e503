"""Respaldos, nodos congelados y cómo regresan."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.NODE_FROZEN: (
        "Este nodo está congelado[ para {peer}][: {reason}]. No recibe ni dice nada que pueda "
        "contradecir lo que dijo antes.",
        "Regrese a las contrapartes: comity thaw. Recupera lo que falta aquí; comity identity "
        "muestra para quién está congelado el nodo.",
    ),
    Code.NODE_BEHIND: (
        "La contraparte[ {peer}] tiene más de nuestra bitácora que este nodo[: {size} asientos]. "
        "La base de datos es antigua.",
        "No responda a mano. comity thaw PEER recupera lo que falta.",
    ),
    Code.NODE_NOT_FROZEN: (
        "Este nodo no está congelado[ para {peer}].",
        "No hay nada que descongelar. comity identity muestra cómo está.",
    ),
    Code.INCARNATION_OLD: (
        "Este mensaje es de un estado antiguo del remitente[ {peer}]"
        "[: se conoce la encarnación {known}].",
        "No se recibió y se conserva como prueba. El remitente fue restaurado después: su copia "
        "antigua debe detenerse.",
    ),
    Code.INCARNATION_TAKEN: (
        "Otra copia de este nodo ya regresó a la contraparte[ {peer}][, como encarnación {known}].",
        "Detenga esa copia. Si esta debe seguir en su lugar: comity thaw PEER --supersede.",
    ),
    Code.BACKUP_INVALID: (
        "Este no es un respaldo íntegro[: {reason}].",
        "No se tomó nada de él. Use otra copia o un respaldo anterior.",
    ),
    Code.BACKUP_LOCKED: (
        "No se puede abrir el respaldo[: {reason}].",
        "Indique la frase de paso o la llave privada para la que se hizo.",
    ),
    Code.BACKUP_ELSEWHERE: (
        "La base de datos[ ({database})] no está en esta carpeta: un solo archivo no puede tener "
        "ambas como están en un mismo momento.",
        "Detenga el nodo; use pg_dump; copie la carpeta sin epochs, officers, keys/sealing.key ni "
        "keys/wrap; cifre ambos. Después de cargarlos, el nodo nota que está atrasado y "
        "comity thaw lo trae de regreso.",
    ),
    Code.ENTRY_INVALID: (
        "Un asiento del registro que dio la contraparte[ {peer}] no es lo que se pidió"
        "[: número {entry}][, {reason}].",
        "No se tomó. Pregunte a la contraparte; si no puede ayudar: comity thaw PEER --aside.",
    ),
    Code.FILE_NO_WAY: (
        "Ningún archivo puede ir por ahí[: {format}]: el lado al que habría que llegar no acepta "
        "conexiones.",
        "Pida el otro camino: un archivo se trae de quien atiende o se envía a quien atiende. Si "
        "ninguno atiende, use un mensajero.",
    ),
    Code.UNSETTLED_UNKNOWN: (
        "No hay nada por revisar con ese identificador.",
        "comity unsettled muestra lo que queda.",
    ),
}
"""Español."""

TEXTS: Final[dict[str, str]] = {
    "step.back-up": "Escribiendo el respaldo",
    "step.take-back": "Recuperando el registro",
    "cause.comity-resume-1": (
        "Tomar una nueva encarnación después de una restauración y saber cuánto hay aquí de ambas "
        "bitácoras."
    ),
    "cause.comity-lost-1": "Llenar un lugar de su propia bitácora cuyo mensaje se perdió.",
    "cause.comity-mailbox-1": "Recoger lo que aquí espera para ella y traer respuestas.",
    "said.comity-mailbox-1": "buzón",
    "reason.peer-unreachable.absent": "no acepta conexiones y no ha venido a recoger",
    "label.reach": "se llega a ella",
    "reach.listens": "en su dirección",
    "reach.polls": "de ningún modo: recoge lo que espera para ella",
    "said.comity-lost-1": "lugar de un mensaje perdido",
    "said.comity-resume-1": "regreso después de una restauración",
    "did.node.backup": "hizo un respaldo",
    "did.node.restored": "restauró el nodo de un respaldo",
    "did.node.frozen": "se congeló: ya no se dice nada",
    "did.node.resumed": "regresó a una contraparte",
    "did.node.aside": "apartó a una contraparte",
    "did.node.settle": "revisó lo que no se pudo reconstruir",
    "did.incarnation.taken": "anotó que la contraparte regresó con una nueva encarnación",
    "did.incarnation.refused": "conservó la prueba: un mensaje de un estado antiguo",
    "did.entry.replaced": "soltó un mensaje de una copia antigua de este nodo",
    "frozen.restored": "restaurado de un respaldo",
    "frozen.older": "la base de datos es más antigua que la carpeta",
    "frozen.behind": "la contraparte tiene más de nuestra bitácora",
    "frozen.superseded": "otra copia de este nodo siguió adelante",
    "frozen.aside": "apartada por un oficial",
    "frozen.resumed": "de regreso",
    "unsettled.unknown": "no se conoce aquí de qué trata",
    "unsettled.moved": "no corresponde al estado de aquí",
    "unsettled.start-again": "su archivo debe iniciarse de nuevo",
    "unsettled.ask-again": "lo que encontró se perdió: pregunte de nuevo",
    "unsettled.uncounted": "no se sabe cuánto usó de una cuota",
    "unsettled.no-body": "su contenido no se conserva",
    "unsettled.replaced": "lo firmó una copia antigua de este nodo: hágalo de nuevo",
    "reason.node-frozen.restored": "fue restaurado de un respaldo",
    "reason.node-frozen.older": "su base de datos es más antigua que su carpeta",
    "reason.node-frozen.behind": "la contraparte tiene más de su bitácora",
    "reason.node-frozen.superseded": "otra copia suya siguió adelante",
    "reason.node-frozen.aside": "un oficial apartó a la contraparte",
    "reason.backup-invalid.form": "no tiene la forma de uno",
    "reason.backup-invalid.changed": "fue alterado o está cortado",
    "reason.backup-invalid.member": "algo no corresponde o falta",
    "reason.backup-invalid.manifest": "su contenido no es el de su manifiesto",
    "reason.backup-locked.key": "esto no lo abre, o su principio fue alterado",
    "reason.backup-locked.passphrase": "se hizo con una frase de paso",
    "reason.backup-locked.recipient": "se hizo para una llave",
    "reason.entry-invalid.signature": "su firma",
    "reason.entry-invalid.place": "su lugar",
    "reason.entry-invalid.body": "su cuerpo",
    "reason.entry-invalid.repeated": "su identificador está también en otro lugar",
    "label.filled": "lugares llenados",
    "label.frozen": "congelado",
    "label.incarnation": "encarnación",
    "label.key": "llave pública",
    "label.subject": "acerca de",
    "label.taken-back": "asientos recuperados",
    "label.unsettled": "por revisar",
    "say.backup": "El respaldo está en {file}",
    "say.backup-whole": "{file} está íntegro.",
    "say.restored": "{name} tiene de nuevo un nodo, al {time}. Está congelado.",
    "say.still-frozen": "Este nodo sigue congelado: {why}.",
    "say.thawed": "Este nodo sigue adelante.",
    "say.frozen-for": "No dice nada a {peer}: {why}.",
    "say.all-settled": "No hay nada por revisar.",
    "hint.backup": "Guárdelo lejos de esta máquina, y lo que lo abre lejos de ambos.",
    "hint.backup-key": (
        "Guarde {file} fuera de línea. La llave pública es para: comity backup -o FILE --to KEY."
    ),
    "hint.thaw": "Asegúrese de que ninguna otra copia de este nodo funcione; luego: comity thaw.",
    "hint.unsettled": "Revise lo que no se pudo reconstruir: comity unsettled.",
    "ask.passphrase": "Frase de paso del respaldo",
    "doctor.standing.ok": "El nodo habla con todas sus contrapartes.",
    "doctor.standing.frozen": "El nodo está congelado: {why}.",
    "doctor.standing.frozen.todo": "Regrese a las contrapartes: comity thaw.",
    "doctor.standing.peer": "El nodo está congelado para {peer}: {why}.",
    "doctor.standing.peer.todo": "Regrese a esta contraparte: comity thaw PEER.",
    "doctor.standing.unsettled": "Lo que no se pudo reconstruir espera a un oficial: {count}.",
    "doctor.standing.unsettled.todo": "Revíselo: comity unsettled.",
}
