"""Qué está mal y qué hacer: pruebas del registro, y testigos."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.ENTRY_UNKNOWN: (
        "No hay tal asiento en el registro[: {entry}], fue destruido o tiene otra hoja.",
        "comity record show PEER los enumera. Nombre uno como sent:NÚMERO o received:NÚMERO, o "
        "por el identificador del mensaje.",
    ),
    Code.ENTRY_NOT_COSIGNED: (
        "El registro no tiene un punto de control sobre ese asiento que ambos avalaran[: asiento "
        "{entry}][; el último tiene {size} asientos].",
        "comity record verify PEER hace uno nuevo, mientras ambos nodos sirven.",
    ),
    Code.FIELD_UNKNOWN: (
        "Ninguna respuesta entre estos asientos tiene tal campo[: {field}].",
        "comity record prove sin --withhold ni --only dice qué campos hay.",
    ),
    Code.EVIDENCE_INVALID: (
        "La prueba no se sostiene[, en el asiento {entry} del archivo][: {fault}][ ({about})].",
        "Pida de nuevo el archivo y los documentos de identidad, y compare las huellas. Nada del "
        "archivo está probado mientras no se sostenga todo.",
    ),
    Code.WITNESS_UNKNOWN: (
        "No hay tal testigo, o no hay ninguno[: {witness}].",
        "comity witness list los muestra; comity witness add nombra uno.",
    ),
    Code.WITNESS_EXISTS: (
        "Ya hay un testigo con ese nombre, o hay tantos como puede haber[: {witness}]"
        "[, {limit} a lo sumo].",
        "comity witness remove NAME hace lugar.",
    ),
    Code.WITNESS_UNREACHABLE: (
        "No se puede llegar al testigo[ {witness}][ ({reason})].",
        "Compare la URL con lo que dice su operador, e intente de nuevo más tarde.",
    ),
    Code.WITNESS_REFUSED: (
        "El testigo[ {witness}] no cofirmó[: estado {status}][ ({reason})].",
        "Con 404 o 403, su operador tiene que registrar la clave de su registro, que comity "
        "witness list muestra. Con 409 o 422, ha visto otro registro suyo que este; averigüe por "
        "qué antes que nada. Con 429, intente de nuevo más tarde.",
    ),
}
