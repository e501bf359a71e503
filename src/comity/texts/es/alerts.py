"""Lo que se lee sobre listas por las que se vuelve a preguntar, y lo que cambió."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    Code.EPOCH_UNKNOWN: (
        "No se preguntó por esta lista en ese ciclo[: {epoch}].",
        "comity watch list muestra el último ciclo de cada lista; sin --since se compara con lo "
        "que usted vio la última vez.",
    ),
    Code.WATCH_UNKNOWN: (
        "No existe esa lista guardada.",
        "Las muestra comity watch list; dé tanto del identificador que solo una corresponda.",
    ),
    Code.WATCHES_FULL: (
        "No se pueden guardar más listas[: hay {limit}].",
        "Quite una que ya no sirva: comity watch remove WATCH.",
    ),
}

TEXTS: Final[dict[str, str]] = {
    "did.watch.add": "guardó una lista para preguntar por ella en cada ciclo",
    "did.watch.remove": "quitó una lista guardada",
    "label.watch": "lista guardada",
    "label.our-list": "nuestra lista",
    "label.asked-at": "preguntada",
    "label.next": "próxima vez",
    "label.before": "situación anterior",
    "round.asked": "preguntada",
    "round.before": "nada nuevo que preguntar",
    "say.watch-saved": "{watch} queda guardada.",
    "say.watch-removed": "{watch} se quitó: no se vuelve a preguntar por {dataset} de {peer}.",
    "say.no-watches": "No hay listas guardadas para volver a preguntar.",
    "say.watch-changed": (
        "{dataset} de {peer}, preguntado por {ours}: ciclo {epoch}[, comparado con el ciclo "
        "{since}]"
    ),
    "say.watch-new": "Coincidencias nuevas: {count}",
    "say.watch-status": "Coincidencias cuya situación allá cambió: {count}",
    "say.watch-gone": "Coincidencias que ya no están en sus etiquetas: {count}",
    "say.watch-unlisted": "Coincidencias de registros que ya no están en nuestra lista: {count}",
    "say.watch-still": "Listas guardadas en las que nada cambió: {count}.",
    "say.watch-otherwise": (
        "Coincidencias con la misma situación en las que ahora coincide otra cosa: {count}."
    ),
    "say.watch-destroyed": (
        "Las coincidencias del ciclo {epoch} se destruyeron, como piden los términos. Lo que "
        "señalaban aparece como nuevo."
    ),
    "say.watch-error": "No se pudo preguntar por {dataset} de {peer}: {reason}",
    "say.hits-gone": (
        "Coincidencias que ya no están en las etiquetas más nuevas de la contraparte: {count}."
    ),
    "hint.watch-add": "Guarde una: comity watch add PEER DATASET",
    "hint.watch-saved": (
        "Un nodo en servicio pregunta por sí solo, y otra vez cuando la contraparte haya hecho "
        "etiquetas nuevas. Los datos preguntados cuentan para la cuota. Ahora: comity watch run"
    ),
}
