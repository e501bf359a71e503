"""Qué falla y qué hacer: bytes, identidad, contrapartes, el nodo, las listas."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    # Bytes y mensajes de fuera.
    Code.JSON_INVALID: (
        "Esto no es JSON válido[ (en el byte {at})].",
        "Corríjalo en ese lugar; debe estar en UTF-8 y terminar donde dice.",
    ),
    Code.JSON_DUPLICATE_KEY: (
        "Un objeto JSON repite la misma clave.",
        "Deje una de las dos: no se puede adivinar cuál era la correcta.",
    ),
    Code.JSON_TOO_DEEP: (
        "El JSON tiene demasiados niveles[ (máximo: {limit})].",
        "Reduzca los niveles; ningún mensaje de este protocolo necesita tantos.",
    ),
    Code.BODY_TOO_LARGE: (
        "El cuerpo es demasiado grande[: {size} bytes][; se admiten {limit}].",
        "Envíe menos de una vez; una lista larga se reparte en varias preguntas.",
    ),
    Code.HTTP_INVALID: (
        "Esta no es una solicitud HTTP que el servicio admita.",
        "Envíe JSON por HTTP/1.1, con cada encabezado una sola vez.",
    ),
    Code.SCHEMA_INVALID: (
        "El mensaje no tiene la forma que su tipo exige[ (en {where})].",
        "Si lo generó un nodo, es posible que los dos usen versiones distintas: compárenlas.",
    ),
    Code.NOT_AUTHENTIC: (
        "Este no es un mensaje auténtico y reciente de una contraparte registrada.",
        "Comparen la identidad y el reloj de los dos nodos: comity identity, comity peer list, "
        "comity doctor.",
    ),
    Code.MESSAGE_UNKNOWN: (
        "Este mensaje no es de los que una contraparte puede enviar.",
        "comity posture PEER muestra el conjunto cerrado; la contraparte puede usar una versión "
        "más nueva.",
    ),
    Code.MESSAGE_EXPIRED: (
        "El mensaje llegó demasiado tarde para surtir efecto; el registro conserva que se envió.",
        "Envíelo de nuevo si todavía importa.",
    ),
    Code.MESSAGE_ID_REUSED: (
        "La contraparte[ {peer}] usó un mismo identificador para dos mensajes distintos.",
        "Ambos se conservan como prueba. Pregunte a la contraparte: restauró un respaldo antiguo "
        "o se contradice.",
    ),
    Code.SEQUENCE_REUSED: (
        "La contraparte[ {peer}] usó un mismo número de secuencia[ ({seq})] para dos mensajes "
        "distintos.",
        "Ambos se conservan como prueba. Pregunte a la contraparte: restauró un respaldo antiguo "
        "o se contradice.",
    ),
    # Identidad, llaves y contrapartes.
    Code.ID_INVALID: (
        "Este no es un identificador de participante.",
        "Indique un DID, por ejemplo did:web:nodo.ejemplo.gob.",
    ),
    Code.IDENTITY_INVALID: (
        "El documento de identidad está dañado o alterado, o no es tal[ ({reason})].",
        "Pida de nuevo el archivo a la contraparte; si es el de su propio nodo, restáurelo del "
        "respaldo junto con sus llaves.",
    ),
    Code.TERRITORY_INVALID: (
        "Este no es un territorio.",
        "Indique un código ISO 3166 en mayúsculas, por ejemplo MX, o US-TX para una subdivisión.",
    ),
    Code.ADDRESS_INVALID: (
        "No se puede usar la dirección[: {address}][: {host}, puerto {port}].",
        "Indique https, un host y un puerto, por ejemplo https://nodo.ejemplo.gob:8443.",
    ),
    Code.ADDRESS_NOT_PINNED: (
        "El mensaje nombra una dirección que no es la registrada de la contraparte[ {peer}].",
        "No se envió nada a esa dirección. Si la contraparte se mudó, pídale su nuevo documento "
        "de identidad.",
    ),
    Code.PEER_UNKNOWN: (
        "Ninguna contraparte coincide, o coinciden varias[: {peer}].",
        "comity peer list las muestra; indique el identificador o una parte que solo una tenga. "
        "comity peer add FILE registra una nueva.",
    ),
    Code.PEER_EXISTS: (
        "Este participante ya está registrado, o es este mismo nodo[: {peer}].",
        "No cambió nada. comity peer list muestra quiénes están registrados.",
    ),
    Code.PEER_UNREACHABLE: (
        "No hay comunicación con la contraparte[ {peer}][: {reason}].",
        "Lo pendiente se conserva y se vuelve a enviar. Revise la red y pregunte si el nodo de "
        "la contraparte está en servicio.",
    ),
    Code.PEER_ANSWER_INVALID: (
        "La contraparte[ {peer}] dio una respuesta que no se puede aceptar[: {reason}].",
        "No se usó nada de ella. Pregunte qué versión usa la contraparte y qué hay entre los dos "
        "nodos.",
    ),
    Code.PEER_REFUSED: (
        "La contraparte[ {peer}] rechazó el mensaje[ (HTTP {status})].[ Su motivo: {reason}]",
        "El mismo mensaje recibirá la misma respuesta. Cambie lo que el motivo indica, o pregunte "
        "a la contraparte.",
    ),
    Code.FINGERPRINT_MISMATCH: (
        "La huella no es la de este documento de identidad[ ({peer})].",
        "No se registró nada. Compárela otra vez por otro medio; si sigue siendo distinta, "
        "alguien cambió el archivo en el camino.",
    ),
    Code.SIGNATURE_INVALID: (
        "Una firma no es válida.",
        "No se usó nada de lo firmado. Pídalo de nuevo a quien lo firmó.",
    ),
    # El nodo, su carpeta, sus oficiales.
    Code.NODE_EXISTS: (
        "Ya hay un nodo en esta carpeta[: {folder}].",
        "Continúe con él (comity identity) o indique otra carpeta con --folder.",
    ),
    Code.NODE_MISSING: (
        "No hay ningún nodo en esta carpeta[: {folder}].",
        "Cree uno con comity init, o indique la carpeta correcta con --folder o COMITY_FOLDER.",
    ),
    Code.NODE_BUSY: (
        "Otro proceso está usando este nodo[ (proceso {pid})].",
        "Espere a que termine y repita el comando.",
    ),
    Code.NODE_NOT_SERVING: (
        "El nodo no está en servicio[ ({address})][; su registro de eventos es {log}].",
        "Inicie comity serve en otra terminal y repita el comando: la contraparte debe poder "
        "llegar a este nodo.",
    ),
    Code.KEY_FILE_OPEN: (
        "Un archivo privado está abierto a otros[: {path}][ ({reason})].",
        "Ciérrelo con chmod 600, como su propietario; si alguien más pudo leerlo, la llave que "
        "contiene está perdida.",
    ),
    Code.KEY_FILE_INVALID: (
        "No se puede usar un archivo de llave[: {path}][ ({reason})].",
        "Restáurelo del respaldo.",
    ),
    Code.SETTING_INVALID: (
        "Un ajuste no es válido[: {setting}][ ({where})].",
        "Corríjalo en comity.toml; el comentario sobre cada ajuste explica para qué sirve.",
    ),
    Code.PORT_IN_USE: (
        "El puerto está ocupado[: {host}, puerto {port}].",
        "Detenga el otro programa, o dé a este nodo otro puerto en comity.toml.",
    ),
    Code.DISK_FULL: (
        "El disco está lleno[: {path}].",
        "Nada quedó a medias. Libere espacio y repita el comando.",
    ),
    Code.STORE_FAILED: (
        "No se puede leer o escribir la base de datos o un archivo[: {path}][ ({reason})].",
        "Nada quedó a medias. Revise el disco, los permisos y la base de datos: comity doctor.",
    ),
    Code.OFFICER_UNKNOWN: (
        "Aquí no hay ninguna credencial de ese oficial[: {officer}].",
        "comity officer list muestra a los oficiales; una credencial que se movió se indica en "
        "COMITY_OFFICER_TOKEN_FILE.",
    ),
    Code.OFFICER_EXISTS: (
        "Ya hay un oficial con ese nombre[: {officer}].",
        "Elija otro nombre: los nombres son permanentes, porque la bitácora los contiene.",
    ),
    Code.OFFICER_NOT_NAMED: (
        "No está claro qué oficial actúa[: hay {count} credenciales].",
        "Indique --as OFFICER, o el archivo de la credencial en COMITY_OFFICER_TOKEN_FILE.",
    ),
    Code.LOGIN_FAILED: (
        "Esta no es la credencial de un oficial de este nodo.",
        "Compruebe que el archivo de la credencial sea de este nodo y de uno de sus oficiales.",
    ),
    Code.HOST_NOT_ALLOWED: (
        "Se llamó al servicio de operadores con un nombre que no es el suyo.",
        "Use la dirección que muestra comity serve.",
    ),
    Code.OPERATION_UNKNOWN: (
        "No existe tal operación[: {name}].",
        "Después de una actualización, reinicie comity serve, para que el comando y el nodo sean "
        "de la misma versión.",
    ),
    Code.ARGUMENT_INVALID: (
        "Falta un argumento o no es válido[: {where}][: {argument}].",
        "La opción --help del comando explica qué admite.",
    ),
    Code.NOT_CONFIRMED: (
        "Esto no se confirmó, o no había a quién preguntar.",
        "No cambió nada. Repítalo en una terminal, o indique como opción lo que pregunta.",
    ),
    Code.FILE_EXISTS: (
        "Ya hay un archivo con ese nombre[: {path}][: {file}].",
        "No se sobrescribió nada. Muévalo, o elija otro nombre.",
    ),
    # Listas y acervos.
    Code.FILE_MISSING: (
        "El archivo no existe o no se puede leer[: {file}].",
        "Revise su ruta y sus permisos.",
    ),
    Code.FILE_TRUNCATED: (
        "El archivo se interrumpe a la mitad[: {file}][, línea {line}].",
        "No se cargó nada. Obtenga el archivo de nuevo, completo.",
    ),
    Code.FILE_ENCODING: (
        "El archivo contiene bytes que no son texto[: {file}][, línea {line}].",
        "No se cargó nada. Guárdelo en UTF-8, u obténgalo de nuevo.",
    ),
    Code.FILE_COLUMNS: (
        "Las columnas no son las del formato[: {file}][, línea {line}][, columna {column}]"
        "[, {found} celdas en lugar de {expected}].",
        "No se cargó nada. Compruebe que --format y --map correspondan a este archivo.",
    ),
    Code.FILE_ROW_INVALID: (
        "No se puede leer una fila[: {file}][, línea {line}][ ({reason})].",
        "No se cargó nada. Corrija esa línea, u obtenga el archivo de nuevo.",
    ),
    Code.FILE_EMPTY: (
        "El archivo no contiene nada[: {file}].",
        "No se cargó nada. Obténgalo de nuevo.",
    ),
    Code.FILE_TOO_LARGE: (
        "El archivo es demasiado grande[: {file}][; máximo: {limit} MiB].",
        "No se cargó nada. Divídalo.",
    ),
    Code.FORMAT_UNKNOWN: (
        "No existe ese formato[: {format}].",
        "Los formatos son ofac-sdn, sat-69b, ca-sema y csv.",
    ),
    Code.MAP_INVALID: (
        "La correspondencia de columnas no es válida[: {field}][ ({reason})].",
        "Escriba campo=columna, con punto y coma entre uno y otro: "
        "--map 'id=Ref;name=Empresa;kind=organisation;rfc=RFC'.",
    ),
    Code.DATASET_UNKNOWN: (
        "No existe ese conjunto de datos, o no se indicó cuál[: {dataset}].",
        "comity holdings list muestra los propios; comity catalog PEER, los de la contraparte.",
    ),
    Code.DATASET_EXISTS: (
        "Ya hay un conjunto de datos con ese nombre[: {dataset}].",
        "Elija otro con --dataset, o cárguelo de nuevo con --replace.",
    ),
    Code.RECORD_UNKNOWN: (
        "No existe ese registro[: {record}].",
        "No cambió nada. Los identificadores son los de la propia lista.",
    ),
}
