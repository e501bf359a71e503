"""What is wrong and what to do: bytes, identity, peers, the node, lists."""

from typing import Final

from comity.errors import Code

ERRORS: Final[dict[Code, tuple[str, str]]] = {
    # Bytes and messages from outside.
    Code.JSON_INVALID: (
        "This is not valid JSON[ (at byte {at})].",
        "Correct it at that place; it has to be UTF-8 and end where it says.",
    ),
    Code.JSON_DUPLICATE_KEY: (
        "A JSON object names the same key twice.",
        "Leave one of the two: which one was meant cannot be guessed.",
    ),
    Code.JSON_TOO_DEEP: (
        "The JSON is nested too deep[ (at most {limit} levels)].",
        "Flatten it; no message of this protocol needs that depth.",
    ),
    Code.BODY_TOO_LARGE: (
        "The body is too large[: {size} bytes][, {limit} are allowed].",
        "Send less at once; a long list goes in several questions.",
    ),
    Code.HTTP_INVALID: (
        "This is not an HTTP request that the listener takes.",
        "Send JSON over HTTP/1.1, with each header once.",
    ),
    Code.SCHEMA_INVALID: (
        "The message does not have the form that its type requires[ (at {where})].",
        "If a node made it, the two nodes may run different versions: compare them.",
    ),
    Code.NOT_AUTHENTIC: (
        "This is not an authentic, fresh message of a pinned peer.",
        "Compare identities and clocks of the two nodes: comity identity, comity peer list, "
        "comity doctor.",
    ),
    Code.MESSAGE_UNKNOWN: (
        "This message is not one of those that a peer may send.",
        "comity posture PEER prints the closed set; the peer may run a newer version.",
    ),
    Code.MESSAGE_EXPIRED: (
        "The message came too late to have an effect; the record keeps that it was sent.",
        "Send it again if it still matters.",
    ),
    Code.MESSAGE_ID_REUSED: (
        "The peer[ {peer}] used one message id for two different messages.",
        "Both are kept as evidence. Ask the peer: it restored an old backup, or it equivocates.",
    ),
    Code.SEQUENCE_REUSED: (
        "The peer[ {peer}] used one sequence number[ ({seq})] for two different messages.",
        "Both are kept as evidence. Ask the peer: it restored an old backup, or it equivocates.",
    ),
    # Identity, keys and peers.
    Code.ID_INVALID: (
        "This is not a participant id.",
        "Give a DID, for example did:web:node.example.gov.",
    ),
    Code.IDENTITY_INVALID: (
        "The identity document is damaged or altered, or is not one[ ({reason})].",
        "Ask the peer for the file again; if it is your own node's, restore it and its keys from "
        "the backup.",
    ),
    Code.TERRITORY_INVALID: (
        "This is not a territory.",
        "Give an ISO 3166 code in capitals, for example MX, or US-TX for a subdivision.",
    ),
    Code.ADDRESS_INVALID: (
        "The address cannot be used[: {address}][: {host}, port {port}].",
        "Give https, a host and a port, for example https://node.example.gov:8443.",
    ),
    Code.ADDRESS_NOT_PINNED: (
        "The message names an address that is not the pinned one of the peer[ {peer}].",
        "Nothing was sent there. If the peer has moved, ask it for its new identity document.",
    ),
    Code.PEER_UNKNOWN: (
        "No peer fits, or several do[: {peer}].",
        "comity peer list shows them; give the id, or a part that only one has. comity peer add "
        "FILE pins a new one.",
    ),
    Code.PEER_EXISTS: (
        "This participant is pinned already, or is this node itself[: {peer}].",
        "Nothing changed. comity peer list shows who is pinned.",
    ),
    Code.PEER_UNREACHABLE: (
        "The peer[ {peer}] cannot be reached[: {reason}].",
        "What waits is kept and sent again. Check the network, and ask whether its node serves.",
    ),
    Code.PEER_ANSWER_INVALID: (
        "The peer[ {peer}] gave a reply that cannot be accepted[: {reason}].",
        "Nothing of it was used. Ask which version it runs, and what stands between the nodes.",
    ),
    Code.PEER_REFUSED: (
        "The peer[ {peer}] refused the message[ (HTTP {status})].[ Its reason: {reason}]",
        "The same message gets the same answer. Change what the reason names, or ask the peer.",
    ),
    Code.FINGERPRINT_MISMATCH: (
        "The fingerprint is not that of this identity document[ ({peer})].",
        "Nothing was pinned. Compare once more over another channel; if it still differs, "
        "somebody exchanged the file on the way.",
    ),
    Code.SIGNATURE_INVALID: (
        "A signature does not verify.",
        "Nothing of it was used. Ask whoever signed it for it again.",
    ),
    # The node, its folder, its officers.
    Code.NODE_EXISTS: (
        "There is a node in this folder already[: {folder}].",
        "Go on with it (comity identity), or name another folder with --folder.",
    ),
    Code.NODE_MISSING: (
        "There is no node in this folder[: {folder}].",
        "Make one with comity init, or name the right folder with --folder or COMITY_FOLDER.",
    ),
    Code.NODE_BUSY: (
        "Another process is using this node[ (process {pid})].",
        "Wait until it has ended, then repeat the command.",
    ),
    Code.NODE_NOT_SERVING: (
        "The node is not serving[ ({address})][; its log is {log}].",
        "Start comity serve in another terminal, then repeat the command: the peer has to be able "
        "to reach this node.",
    ),
    Code.KEY_FILE_OPEN: (
        "A private file is open to others[: {path}][ ({reason})].",
        "Close it with chmod 600, as its owner; if somebody else may have read it, the key in it "
        "is lost.",
    ),
    Code.KEY_FILE_INVALID: (
        "A key file cannot be used[: {path}][ ({reason})].",
        "Restore it from the backup.",
    ),
    Code.SETTING_INVALID: (
        "A setting is not valid[: {setting}][ ({where})].",
        "Correct it in comity.toml; the comment above each setting says what it is for.",
    ),
    Code.PORT_IN_USE: (
        "The port is in use[: {host}, port {port}].",
        "Stop the other program, or give this node another port in comity.toml.",
    ),
    Code.DISK_FULL: (
        "The disk is full[: {path}].",
        "Nothing was left half-done. Make room, then repeat the command.",
    ),
    Code.STORE_FAILED: (
        "The database or a file cannot be read or written[: {path}][ ({reason})].",
        "Nothing was left half-done. Check disk, permissions and database: comity doctor.",
    ),
    Code.OFFICER_UNKNOWN: (
        "There is no token of that officer here[: {officer}].",
        "comity officer list shows the officers; a token that was moved is named in "
        "COMITY_OFFICER_TOKEN_FILE.",
    ),
    Code.OFFICER_EXISTS: (
        "There is an officer of that name[: {officer}].",
        "Choose another name: names stay for ever, since the journal has them.",
    ),
    Code.OFFICER_NOT_NAMED: (
        "It is not clear which officer acts[: there are {count} tokens].",
        "Say --as OFFICER, or name the token's file in COMITY_OFFICER_TOKEN_FILE.",
    ),
    Code.LOGIN_FAILED: (
        "This is not the token of an officer of this node.",
        "Check that the token file belongs to this node and to an officer of it.",
    ),
    Code.HOST_NOT_ALLOWED: (
        "The operators' listener was asked for under a name that is not its own.",
        "Use the address that comity serve prints.",
    ),
    Code.OPERATION_UNKNOWN: (
        "There is no such operation[: {name}].",
        "After an update, restart comity serve, so that command and node are of one version.",
    ),
    Code.ARGUMENT_INVALID: (
        "An argument is missing or not valid[: {where}][: {argument}].",
        "The command's --help says what it takes.",
    ),
    Code.NOT_CONFIRMED: (
        "This was not confirmed, or there was nobody to ask.",
        "Nothing changed. Repeat it on a terminal, or give as an option what it asks for.",
    ),
    Code.FILE_EXISTS: (
        "There is a file of that name[: {path}][: {file}].",
        "Nothing was overwritten. Move it away, or choose another name.",
    ),
    # Lists and holdings.
    Code.FILE_MISSING: (
        "The file is not there, or cannot be read[: {file}].",
        "Check its path and permissions.",
    ),
    Code.FILE_TRUNCATED: (
        "The file stops in the middle[: {file}][, line {line}].",
        "Nothing was loaded. Fetch the file again, whole.",
    ),
    Code.FILE_ENCODING: (
        "The file holds bytes that are no text[: {file}][, line {line}].",
        "Nothing was loaded. Save it as UTF-8, or fetch it again.",
    ),
    Code.FILE_COLUMNS: (
        "The columns are not those of the format[: {file}][, line {line}][, column {column}]"
        "[, {found} cells instead of {expected}].",
        "Nothing was loaded. Check that --format and --map fit this file.",
    ),
    Code.FILE_ROW_INVALID: (
        "A row cannot be read[: {file}][, line {line}][ ({reason})].",
        "Nothing was loaded. Correct that line, or fetch the file again.",
    ),
    Code.FILE_EMPTY: (
        "There is nothing in the file[: {file}].",
        "Nothing was loaded. Fetch it again.",
    ),
    Code.FILE_TOO_LARGE: (
        "The file is too large[: {file}][, at most {limit} MiB].",
        "Nothing was loaded. Divide it.",
    ),
    Code.FORMAT_UNKNOWN: (
        "There is no such format[: {format}].",
        "Formats are ofac-sdn, sat-69b, ca-sema and csv.",
    ),
    Code.MAP_INVALID: (
        "The mapping of columns is not valid[: {field}][ ({reason})].",
        "Write field=column, divided by semicolons: "
        "--map 'id=Ref;name=Company;kind=organisation;rfc=RFC'.",
    ),
    Code.DATASET_UNKNOWN: (
        "There is no such dataset, or it was not said which[: {dataset}].",
        "comity holdings list shows yours, comity catalog PEER the peer's.",
    ),
    Code.DATASET_EXISTS: (
        "There is a dataset of that name[: {dataset}].",
        "Choose another with --dataset, or load it anew with --replace.",
    ),
    Code.RECORD_UNKNOWN: (
        "There is no such record[: {record}].",
        "Nothing changed. Ids are those of the list itself.",
    ),
}
