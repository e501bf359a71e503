"""Condiciones y decisiones en frases sencillas."""

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "explain.may-match": (
        "El solicitante puede preguntar cuáles de sus registros tiene también el titular, "
        "comparados por: {families}."
    ),
    "explain.may-request": (
        "El solicitante puede pedir detalles de un registro que coincidió: {fields}."
    ),
    "explain.may-receive": "El solicitante puede recibir el archivo del conjunto de datos.",
    "explain.quota-match": "Datos que puede preguntar: {count} como máximo {period}.",
    "explain.quota-request": (
        "Solicitudes que puede hacer, con o sin respuesta: {count} como máximo {period}."
    ),
    "explain.quota-receive": "Transferencias del archivo: {count} como máximo {period}.",
    "explain.no-quota": "No hay límite de veces.",
    "explain.purposes-1": "Solo para esta finalidad, palabra por palabra: {values}.",
    "explain.legal-bases-1": "Solo con este fundamento legal, palabra por palabra: {values}.",
    "explain.territories-1": "Solo desde este territorio: {values}.",
    "explain.purposes": "Solo para una de estas finalidades, palabra por palabra: {values}.",
    "explain.legal-bases": (
        "Solo con uno de estos fundamentos legales, palabra por palabra: {values}."
    ),
    "explain.territories": "Solo desde estos territorios: {values}.",
    "explain.until": "Hasta {expiry}, y a partir de entonces nada.",
    "explain.approval-match-0": "Comienza por sí solo: ningún oficial tiene que aprobarlo.",
    "explain.approval-match-1": "Un oficial del titular tiene que aprobarlo antes de comenzar.",
    "explain.approval-match-2": (
        "Dos oficiales distintos del titular tienen que aprobarlo antes de comenzar."
    ),
    "explain.approval-request-0": (
        "Cada solicitud se responde por sí sola: ningún oficial la aprueba."
    ),
    "explain.approval-request-1": "Un oficial del titular tiene que aprobar cada respuesta.",
    "explain.approval-request-2": (
        "Dos oficiales distintos del titular tienen que aprobar cada respuesta."
    ),
    "explain.approval-receive-0": "Comienza por sí sola: ningún oficial tiene que aprobarla.",
    "explain.approval-receive-1": "Un oficial del titular tiene que aprobar cada transferencia.",
    "explain.approval-receive-2": (
        "Dos oficiales distintos del titular tienen que aprobar cada transferencia."
    ),
    "explain.answer-within": "Si no hay respuesta en {duration}, equivale a una negativa.",
    "explain.retention": (
        "Lo que el solicitante averigua, su nodo lo destruye después de {duration}."
    ),
    "explain.no-retention": (
        "Las condiciones no dicen cuánto tiempo conserva el solicitante lo que averigua."
    ),
    "explain.onward": "El solicitante puede ceder a terceros lo que averigua.",
    "explain.not-onward": "El solicitante no puede ceder a terceros lo que averigua.",
    "explain.handling": "El solicitante trata lo que averigua como {handling}: {meaning}.",
    "explain.not-match": "El solicitante no puede cotejar.",
    "explain.not-request": "El solicitante no puede pedir detalles.",
    "explain.not-receive": "El solicitante no puede recibir el archivo.",
    "explain.nothing-else": "Lo que aquí no se dice no está permitido.",
    "explain.nothing": "No se puede hacer nada con esta política.",
    "explain.terms-unknown": "Este nodo no conoce esta parte: {where}.",
    "explain.terms-invalid": "Esta parte falta o no es válida: {where}.",
    "decision.allow": "Las condiciones lo dejan pasar.",
    "decision.hold-1": "Las condiciones lo retienen hasta que un oficial lo apruebe.",
    "decision.hold-2": (
        "Las condiciones lo retienen hasta que dos oficiales distintos lo aprueben."
    ),
    "decision.not-replayable": "Su contenido no se conservó, así que no se puede repetir.",
    "say.explain-agreement": "Acuerdo {agreement} sobre {dataset} ({state}).",
    "say.explain-parties": "El titular es {holder}; el solicitante, {asker}.",
    "say.explain-draft": "Lo que dirían estas condiciones.",
    "say.rehearsed": "{count} mensajes de contrapartes repetidos con el borrador.",
    "say.rehearsed-none": "Ninguna contraparte pidió nada en ese tiempo.",
    "say.rehearsed-one": "{time} {peer}[, {dataset}]: {what}. Entonces {then}. Ahora: {now}",
    "say.rehearsed-hidden": "Mensajes anteriores contados que no se muestran: {count}.",
    "label.let-through": "pasarían",
    "label.held": "esperarían a oficiales",
    "label.would-be-refused": "se rechazarían",
    "label.not-replayable": "no repetibles",
    "label.decided-otherwise": "con otra decisión que entonces",
    "verdict.allow": "pasó",
    "verdict.hold": "esperó a oficiales",
    "verdict.refuse": "rechazado",
    "step.rehearse": "Repitiendo",
}
