"""What people read, in English and Spanish; by key, with names of parameters in braces."""

from typing import Final, Literal

from comity_verify.failure import Flaw

Language = Literal["en", "es"]

FLAWS: Final[dict[Language, dict[Flaw, str]]] = {
    "en": {
        Flaw.FILE: "the file is damaged, cut off, too large, or no evidence file",
        Flaw.IDENTITY: "an identity document is damaged or altered, or is not one",
        Flaw.IDENTITY_MISSING: "the identity document of a participant was not given",
        Flaw.KEY: "the key of a witness cannot be read",
        Flaw.NOTE: "a checkpoint is damaged",
        Flaw.CHECKPOINT: "a checkpoint is not that of a log between two participants",
        Flaw.SIGNATURE: "a signature under a checkpoint does not fit it",
        Flaw.UNSIGNED: "the sender did not sign the checkpoint with the key of that document",
        Flaw.NOT_COSIGNED: (
            "the receiver did not cosign the checkpoint with the key of that document"
        ),
        Flaw.TWO_CHECKPOINTS: "one log has two different checkpoints in one file",
        Flaw.PROOF: "a proof is damaged",
        Flaw.INCLUSION: "the message is not in the log at that place",
        Flaw.CONSISTENCY: "one state of the log does not continue the other",
        Flaw.TOKEN: "the message was not signed with the sender's key",
        Flaw.PLACE: "the message says that it is of another log, or at another place",
        Flaw.BODY: "the body is not the one that was signed",
        Flaw.ANSWER: "the parts of the answer are not those that were signed",
    },
    "es": {
        Flaw.FILE: "el archivo está dañado, cortado, es demasiado grande o no es de prueba",
        Flaw.IDENTITY: "un documento de identidad está dañado o alterado, o no lo es",
        Flaw.IDENTITY_MISSING: "no se dio el documento de identidad de un participante",
        Flaw.KEY: "no se puede leer la clave de un testigo",
        Flaw.NOTE: "un punto de control está dañado",
        Flaw.CHECKPOINT: "un punto de control no es de un registro entre dos participantes",
        Flaw.SIGNATURE: "una firma bajo un punto de control no corresponde a él",
        Flaw.UNSIGNED: "el remitente no firmó el punto de control con la clave de ese documento",
        Flaw.NOT_COSIGNED: (
            "el destinatario no cofirmó el punto de control con la clave de ese documento"
        ),
        Flaw.TWO_CHECKPOINTS: "un registro tiene dos puntos de control distintos en un archivo",
        Flaw.PROOF: "una prueba está dañada",
        Flaw.INCLUSION: "el mensaje no está en el registro en ese lugar",
        Flaw.CONSISTENCY: "un estado del registro no continúa el otro",
        Flaw.TOKEN: "el mensaje no fue firmado con la clave del remitente",
        Flaw.PLACE: "el mensaje dice ser de otro registro o de otro lugar en él",
        Flaw.BODY: "el cuerpo no es el que se firmó",
        Flaw.ANSWER: "las partes de la respuesta no son las que se firmaron",
    },
}
"""What is wrong, after «it does not hold: »."""

TEXTS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "holds": "The evidence holds.",
        "fails": "The evidence does not hold: {flaw}.",
        "fails-at": "Entry {entry} of the file: {said}",
        "about": "It is about {about}.",
        "todo": (
            "Ask for the file and the identity documents again, and compare the fingerprints. "
            "Nothing in this file is proved until all of it holds."
        ),
        "unreadable": "{path} cannot be read.",
        "parties": "Between",
        "party": "{name} ({territory}), {id}",
        "fingerprint": "fingerprint of the document given: {fingerprint}",
        "entries": "What was said",
        "request": "{number}. {sender} sent to {receiver}: {what}",
        "response": "{number}. {sender} replied to {receiver}: status {status}",
        "response-to": "{number}. {sender} replied to {receiver} on entry {entry}: status {status}",
        "place": "message {id}, number {index} (from 0) of {size} in the log of {sender}",
        "said": "made at {time}, by the clock of {sender}",
        "latest": "in the log at {time} at the latest, by the clock of {receiver}, who cosigned it",
        "witnessed": "seen in the log by {witness} at {time}, by the clock of that witness",
        "empty": "there is no body",
        "nothing": "the body is not shown; its SHA-256 is {digest}",
        "whole": "the body, as it was signed:",
        "fields": "of the answer, as it was signed:",
        "field": "{name}: {value}",
        "withheld": "withheld: fields of the answer that are not shown: {count}",
        "long": "(the rest is left out here: {count} characters; --json shows all)",
        "proved": "What this proves",
        "proves-sender": (
            "Each message was signed with the key of its sender's identity document, for that "
            "receiver: nobody else can have made it."
        ),
        "proves-log": (
            "Each is in the log of its sender, at that place. The sender signed that log, and the "
            "receiver cosigned it: neither can show another log of that length unnoticed."
        ),
        "proves-time": "Each was in the log at the time of the cosignature at the latest.",
        "proves-shown": "What is shown of a body is what was signed, byte for byte.",
        "proves-witness": "A witness outside of the two saw the same log: {witnesses}.",
        "not-proved": "What this does not prove",
        "not-true": "That what was said is true, or that the answer was complete.",
        "not-all": (
            "That there are no other messages. Who gave this file chose the entries, and may have "
            "left out some that say otherwise."
        ),
        "not-later": (
            "What came after the checkpoint: later messages, a correction or a withdrawal among "
            "them, are not in it."
        ),
        "not-when": (
            "When exactly it was said: times are those of the clocks named. If both participants "
            "act together, they can have made all of this at any time{but}."
        ),
        "but-witness": ", but not after the witness saw it",
        "not-withheld": "Anything about what is not shown, but that it was there and was signed.",
        "not-stolen": (
            "That nobody else had the keys: ask both whether they have revoked any of these "
            "documents, and compare when with the time of the cosignature."
        ),
        "not-who": (
            "Which person acted, and that the identity documents are those of the participants: "
            "compare the fingerprints with them over another way."
        ),
    },
    "es": {
        "holds": "La prueba se sostiene.",
        "fails": "La prueba no se sostiene: {flaw}.",
        "fails-at": "Asiento {entry} del archivo: {said}",
        "about": "Se trata de {about}.",
        "todo": (
            "Pida de nuevo el archivo y los documentos de identidad, y compare las huellas. "
            "Nada de este archivo está probado mientras no se sostenga todo."
        ),
        "unreadable": "No se puede leer {path}.",
        "parties": "Entre",
        "party": "{name} ({territory}), {id}",
        "fingerprint": "huella del documento dado: {fingerprint}",
        "entries": "Qué se dijo",
        "request": "{number}. {sender} envió a {receiver}: {what}",
        "response": "{number}. {sender} respondió a {receiver}: estado {status}",
        "response-to": (
            "{number}. {sender} respondió a {receiver} sobre el asiento {entry}: estado {status}"
        ),
        "place": "mensaje {id}, número {index} (desde 0) de {size} en el registro de {sender}",
        "said": "hecho el {time}, según el reloj de {sender}",
        "latest": (
            "en el registro a más tardar el {time}, según el reloj de {receiver}, que lo cofirmó"
        ),
        "witnessed": "visto en el registro por {witness} el {time}, según el reloj de ese testigo",
        "empty": "no hay cuerpo",
        "nothing": "el cuerpo no se muestra; su SHA-256 es {digest}",
        "whole": "el cuerpo, tal como se firmó:",
        "fields": "de la respuesta, tal como se firmó:",
        "field": "{name}: {value}",
        "withheld": "reservado: campos de la respuesta que no se muestran: {count}",
        "long": "(el resto se omite aquí: {count} caracteres; --json lo muestra todo)",
        "proved": "Qué prueba esto",
        "proves-sender": (
            "Cada mensaje fue firmado con la clave del documento de identidad de su remitente, "
            "para ese destinatario: nadie más puede haberlo hecho."
        ),
        "proves-log": (
            "Cada uno está en el registro de su remitente, en ese lugar. El remitente firmó ese "
            "registro y el destinatario lo cofirmó: ninguno puede mostrar otro registro de esa "
            "longitud sin que se note."
        ),
        "proves-time": "Cada uno estaba en el registro a más tardar al momento de la cofirma.",
        "proves-shown": "Lo que se muestra de un cuerpo es lo que se firmó, byte por byte.",
        "proves-witness": "Un testigo ajeno a los dos vio el mismo registro: {witnesses}.",
        "not-proved": "Qué no prueba esto",
        "not-true": "Que lo dicho sea verdad, ni que la respuesta fuera completa.",
        "not-all": (
            "Que no haya otros mensajes. Quien entregó este archivo eligió los asientos, y puede "
            "haber dejado fuera algunos que digan otra cosa."
        ),
        "not-later": (
            "Lo que vino después del punto de control: mensajes posteriores, entre ellos una "
            "corrección o un retiro, no están en él."
        ),
        "not-when": (
            "Cuándo exactamente se dijo: las horas son las de los relojes nombrados. Si ambos "
            "participantes actúan juntos, pueden haber hecho todo esto en cualquier momento{but}."
        ),
        "but-witness": ", pero no después de que el testigo lo viera",
        "not-withheld": "Nada sobre lo que no se muestra, salvo que estaba ahí y se firmó.",
        "not-stolen": (
            "Que nadie más tuviera las claves: pregunte a ambos si han revocado alguno de estos "
            "documentos, y compare cuándo con la hora de la cofirma."
        ),
        "not-who": (
            "Qué persona actuó, ni que los documentos de identidad sean los de los participantes: "
            "compare las huellas con ellos por otra vía."
        ),
    },
}
