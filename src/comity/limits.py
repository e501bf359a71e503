"""Every bound there is, each with its reason. Tests hit each of them by name."""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
HOUR: Final = 3_600
DAY: Final = 24 * HOUR

# --- bytes that come in -----------------------------------------------------------------------
BODY_BYTES: Final = 256 * KIB
"""A DSP message or a request: the largest legitimate one (an offer with every constraint and a
thousand families) stays under 100 KiB."""
BATCH_BODY_BYTES: Final = 512 * KIB
"""A question: 10,000 elements of 32 bytes are 427 KiB in base64url."""
REPLY_BYTES: Final = 2 * MIB
"""A reply read by the client: a part of a tag set (1 MiB in base64url), or a full catalog."""
TOKEN_BYTES: Final = 4 * KIB
"""A message token: its claims are of fixed size but for the request target (1 KiB)."""
TARGET_BYTES: Final = 1 * KIB
"""A raw request target: the deepest path of ours has two ids of at most 200 bytes."""
IDENTITY_BYTES: Final = 64 * KIB
"""An identity document: keys, a certificate, a handful of addresses."""
UPDATE_BYTES: Final = 256 * KIB
"""An update of an identity: IDENTITY_STEPS documents of 2 KiB with their endorsements, twice."""
IDENTITY_STEPS: Final = 32
"""Versions in one update: a rotation each year for a working life."""
JSON_DEPTH: Final = 24
"""Nesting of JSON: ODRL's logical constraints use 8; deep nesting only exhausts stacks."""
TEXT_CHARS: Final = 2_000
"""A free text a peer may send (a reason, a legal basis): one page."""
ID_CHARS: Final = 200
"""An identifier: a DID or URN with a UUID is under 100."""
TERM_VALUES: Final = 200
"""Values of one list in terms (purposes, fields, territories): people read them and agree."""
TERM_TOKENS: Final = 1_000_000_000_000
"""The largest quota that terms can state: past any list, and exact in every JSON reader."""

# --- time -------------------------------------------------------------------------------------
CLOCK_SKEW_SECONDS: Final = 120
"""How far a peer's clock may run ahead."""
MESSAGE_LIFETIME_SECONDS: Final = 7 * DAY
"""How long a message may wait in an outbox; ids stay unique for ever, so this bounds only how
late a message can still be news."""
CONTACT_LIFETIME_SECONDS: Final = 300
"""How long a contact message is good for: it only reads or confirms, and is made when it goes."""
HTTP_TIMEOUT_SECONDS: Final = 60
"""One exchange: a full batch takes a few seconds on the portable kernel."""
ANSWER_TERM_SECONDS: Final = 30 * DAY
"""The longest term an offer may set for an answer; silence past it is a decline."""

# --- matching ---------------------------------------------------------------------------------
BATCH_ELEMENTS: Final = 10_000
"""Elements of one question: bounds memory and the time a worker is held (RFC 9497 allows
2^16 - 1)."""
TOKEN_INPUT_BYTES: Final = 1_024
"""One token: the longest normalised name in the lists at hand is under 300 bytes (RFC 9497
allows 65,535)."""
RECORDS_PER_TOKEN: Final = 64
"""Records that share one token: a look-up stops here."""
RECORDS_PER_FUZZY_TOKEN: Final = 5
"""Records that may share a fuzzy token: one that more have says little and gives no entries. On
real lists two thirds of the pairs that share a token and are no match go, of the matches one in a
thousand."""
TOKENS_PER_RECORD: Final = 64
"""Fuzzy tokens of one record: 99 in 100 of the largest list at hand have under 52, the average is
under 13; what is past it (aliases of a record with very many) is not tagged."""
FUZZY_TOKENS_EXPECTED: Final = 16
"""Fuzzy tokens that a record is reckoned to have where a disk must have room for their tags."""
NAMES_PER_RECORD: Final = 12
"""Distinct names of one record that give fuzzy tokens: all of 98 in 100 records of that list."""
NAMES_IN_FULL: Final = 6
"""Names that give tokens of all fuzzy families; those past it give them of the cheap ones."""
DATES_PER_RECORD: Final = 4
"""Birth dates, and years, of one record that give fuzzy tokens: lists give up to three."""
PLACES_PER_RECORD: Final = 3
"""Addresses of one record that give fuzzy tokens."""
STATUSES_PER_LABEL: Final = 4
"""Statuses a label has room for; a flag says that there are more."""
EPOCH_SECONDS: Final = 30 * DAY
"""How long the keys of tag sets live at most: a stolen key opens one month of one relation."""
KEYS_LEFT_SECONDS: Final = 7 * DAY
"""What keys must have left for another tag set to be made with them: who tags each week never
leaves the peer without one."""
CANARIES: Final = 16
"""Public tokens that must hit: enough to notice any mistake that loses one tag in five."""
SET_ENTRIES: Final = 50_000_000
"""Entries of one tag set."""
SET_PART_BYTES: Final = 1 * MIB
"""One part of a tag set as it is fetched."""
SET_PARTITIONS: Final = 256
"""Parts in which a set is sorted, by first byte: of the largest set, one has 20 MB of rows."""
SPOOLED_AT_ONCE_BYTES: Final = 64 * KIB
"""What a partition keeps in memory before it goes to a file: 16 MiB of all of them, so that sets of
some hundred thousand tags need no file, and writes long enough to cost little."""
SPOOL_CHUNK_BYTES: Final = 8 * MIB
"""What is read of a partition at once: all of it, unless many records share one token."""
OUTPUTS_CACHED_BYTES: Final = 64 * MIB
"""What is kept in memory of the file of outputs: the whole index of a million records."""
OUTPUTS_LET_GO_AT_ONCE: Final = 2_000
"""Records whose outputs are deleted in one transaction: 2 MB that are overwritten."""
HANDLES_AT_ONCE: Final = 2_000
"""Handles that are put into the database in one transaction: some 20 ms in which nobody else can
write."""

FREQUENCIES_KEPT: Final = 8
"""Lists of ours, or all of them together, of which it is kept in memory how rare what their records
have is: some 5 MB each where 20,000 persons are counted, and most nodes hold fewer lists."""

# --- what one peer may keep busy --------------------------------------------------------------
OPEN_NEGOTIATIONS_PER_PEER: Final = 100
"""Negotiations of one peer that are not terminal."""
OPEN_REQUESTS_PER_PEER: Final = 1_000
"""Requests of one peer that wait for an officer."""
OPEN_TRANSFERS_PER_PEER: Final = 100
"""Transfers of one peer that are not terminal."""
UNREADABLE_PER_HOUR: Final = 100
"""Authentic messages of one peer that cannot be read and still enter the record: enough for a
mistaken version on the other side to show, too few to fill a disk."""
REFUSED_PER_HOUR: Final = 1_000
"""Messages of one peer that can be read, are refused and still enter the record: more than a run of
questions into a spent quota, and 72 MB a day at most."""
CONTACTS_PER_HOUR: Final = 20_000
"""Contact messages of one peer: taking back a record of a million entries is 1,000 of them."""
DELIVERIES_AT_ONCE: Final = 8
"""Peers that are delivered to at the same time: more than are slow at once, in practice."""
CATALOG_PAGE: Final = 100
"""Datasets on one page of a catalog."""
CATALOG_PAGES: Final = 100
"""Pages that are asked for of one catalog: a peer that says «next» for ever is not followed."""
HEADER_BYTES: Final = 16 * KIB
"""Request line and headers, as the HTTP parser takes them."""
CONNECTIONS: Final = 400
"""Connections the peer listener keeps open at once: six peers with all of theirs, and well within
the 1,024 files that a process may have open by default."""
HANDLED_AT_ONCE: Final = 64
"""Requests of peers in worker threads at once; the others wait, so that memory stays bounded."""
HEADER_SECONDS: Final = 10
"""How long a connection may take to come up with a whole request head: silence must not hold one
of the few connections."""
BODY_SECONDS: Final = 30
"""How long the body may take after the head: the largest one needs 17 KiB a second."""
KEEP_ALIVE_SECONDS: Final = 15
"""How long the listener keeps an idle connection. Clients let go earlier."""
IDLE_SECONDS: Final = 10
"""How long the client keeps an idle connection: shorter than the listener, or else a request could
meet a connection that is just being closed."""
CONNECTIONS_TO_PEER: Final = 64
"""Connections the client opens to one peer at once: two groups of TOGETHER, and a sixth of what a
listener keeps open."""
LINGER_SECONDS: Final = 2
"""How long the rest of a refused body is thrown away: closing at once could destroy the reply
before the other side has read it."""

# --- what operators may keep busy -------------------------------------------------------------
OPERATIONS_AT_ONCE: Final = 4
"""Operations that run at once; each may load both cores."""
PROGRESS_WAITING: Final = 100
"""Reports of progress that wait for a slow reader; further ones are left out."""
SHUTDOWN_SECONDS: Final = 30
"""How long a stop waits for replies under way. Operations in threads finish all the same."""

WRITERS_PER_COMMIT: Final = 64
"""Writers that share one commit: all who can be there at once, and an end for the first of them."""
TOGETHER: Final = 32
"""Messages that share one transaction, on either side: half of what one peer has under way, so that
the two sides work at the same time rather than in turns."""
REHEARSED_SHOWN: Final = 1_000
"""Messages that a rehearsal of terms lists: the latest, which people look at; all are counted."""

# --- what is asked again -----------------------------------------------------------------------
WATCHED_SETS: Final = 100
"""Question sets that a node keeps: each is a small message a day to its peer, and all of its tokens
once in each epoch."""
WATCH_SECONDS: Final = DAY
"""How often a serving node looks whether a peer has made a new tag set: what was withdrawn shows
within a day, and a look is one small message in the record of both."""

# --- the record -------------------------------------------------------------------------------
LEDGER_LINES: Final = 400
"""Lines of one ledger: eleven agreements over a year of months, asked about in three ways; signed,
they fit a message."""
LEDGER_ENTRIES: Final = 2_000
"""Entries of the record that are counted in one transaction, so that others get their turn."""
NOTE_BYTES: Final = 128 * KIB
"""A signed note: its readers take at least 16 signatures, of up to 5 kB where keys are
post-quantum (C2SP signed-note), and base64 makes that 107 kB."""
PROOF_EXTRA_BYTES: Final = 16 * KIB
"""What a proof carries besides (C2SP tlog-proof): a message token, and room for a short body."""

EVIDENCE_BYTES: Final = 32 * MIB
"""An evidence file: the largest bodies that are kept have half a megabyte, so sixty of them."""
EVIDENCE_ENTRIES: Final = 1_000
"""Entries of one evidence file: people read what it says."""
WITNESSES: Final = 8
"""Witnesses of a node: with the log's signature and the peer's, a note stays under 16 signatures,
which is all that readers have to take (C2SP signed-note)."""
WITNESS_SECONDS: Final = 30
"""One exchange with a witness: it checks a few hashes and signs."""
WITNESS_REPLY_BYTES: Final = 16 * KIB
"""What a witness may answer: signature lines, at most three of them post-quantum."""
RECORD_SIZES: Final = 64
"""Sizes of a log whose roots are asked for at once: four such messages find one entry among 16
million."""
RECORD_ENTRIES: Final = 1_000
"""Entries of a log that are asked for at once: their leaves alone are 45 kB."""
RECORD_ENTRIES_BYTES: Final = 1 * MIB
"""Tokens and bodies given at once: with base64 and the names around them they fit into a reply."""
RECORD_FETCHED: Final = 20_000
"""Missing entries that one contact fetches: the hourly bound of a peer is never used up by it."""
RECORD_COMPARED: Final = 10_000
"""Entries past the first difference that a comparison lists, on either side: people read them."""
CONTACT_EVERY_SECONDS: Final = 60
"""How often checkpoints are exchanged at most while messages flow: each is two signatures and a
row on either side, and a minute is soon enough for an officer."""
CONTACT_AT_LEAST_SECONDS: Final = DAY
"""How often checkpoints are exchanged at least, also where nothing is said: a log that is rolled
back in silence shows within a day."""
MAILBOX_BYTES: Final = 2 * MIB
"""What is collected or brought at once: as much as any reply, a part of a tag set among them."""
MAILBOX_GIVEN_BYTES: Final = 1 * MIB
"""Bodies of messages given at once in a mailbox: in base64, with their tokens, they fit."""
MAILBOX_MESSAGES: Final = 64
"""Messages given at once: what a peer may have under way over HTTP."""
MAILBOX_WAIT_SECONDS: Final = 10
"""How long a question for what waits is held: shorter than the silence that anything on the way
takes for a broken connection, and one thread for each peer."""
MAILBOX_ABSENT_SECONDS: Final = 60
"""How long after it was collected a mailbox is still filled: a peer that is away is not waited
for, and what is for it stays in the outbox."""
BACKUP_CHUNK_BYTES: Final = 64 * KIB
"""What is encrypted at once of a backup: its 16 bytes more are a four-thousandth."""
BACKUP_HEADER_BYTES: Final = 1 * KIB
"""The header of a backup: a salt, and a wrapped key of 80 bytes."""
BACKUP_MANIFEST_BYTES: Final = 64 * MIB
"""The manifest of a backup: half a million files."""
PASSPHRASE_CHARS: Final = 12
"""The least of a passphrase: with scrypt, four words out of a list of eight thousand take a rack of
machines a century; what is shorter is mostly one word."""
LOOKED_AT_ONCE: Final = 500
"""Entries of the record whose retention is looked at each second: more than come a second of those
kinds, and all of them are destroyed within the hour after a node that was down."""
ATTEST_SECONDS: Final = HOUR
"""How long an attestation of deletion may wait for others to go with: retention ends message by
message, and one for each would double the record."""
RECALL_ENTRIES: Final = 1_000
"""Entries that one recall, or one attestation, names: 130 KiB of numbers and leaves."""
RECALL_SECONDS: Final = 7 * DAY
"""How long an officer has to decide about a recall before it is overdue on both sides: as long as a
message may be on its way."""
OPEN_RECALLS_PER_PEER: Final = 100
"""Recalls of one peer that wait for an officer."""
ONWARD_HOLDERS: Final = 100
"""Onward holders that the outcome of a recall lists: as many as a node has peers, and more."""
USES: Final = 20
"""Uses that an outcome lists: classes of purpose and of users, not cases."""
WRAP_KEY_SECONDS: Final = 30 * DAY
"""How long one wrap key is in force: what was destroyed can be opened out of an old copy of the
database no longer than that, and only by whoever has the key of that time, too."""
REWRAPPED_AT_ONCE: Final = 1_000
"""Rows that are put under a new wrap key in one transaction: some 50 ms in which nobody else can
write."""

# --- the courier ------------------------------------------------------------------------------
BUNDLE_LINE_BYTES: Final = 3 * MIB
"""One message of a bundle: a body of REPLY_BYTES in base64url, its token and its target."""
BUNDLE_MESSAGES: Final = 1_000_000
"""Messages of one bundle: the parts of the largest tag set are 2,800 of them."""
COURIER_LIFETIME_SECONDS: Final = 60 * DAY
"""How long what a courier carries is good: a file, and a message to a peer whose link is a courier.
Two diplomatic bags a month, one of which is missed, and the way on from there."""
COURIER_AGAIN_SECONDS: Final = DAY
"""After how long a folder that couriers empty gets again what is not known to have arrived."""
COURIER_PARTS: Final = 10_000
"""Parts of one bundle: 640 MiB on media of 64 KiB."""
COURIER_KEPT_BYTES: Final = 8 * 1024 * MIB
"""Parts of bundles that wait for their other parts, of all peers: the largest tag set twice."""

# --- files ------------------------------------------------------------------------------------
LIST_BYTES: Final = 1024 * MIB
"""One list file: it is checked as a whole, in memory, before anything of it is loaded. Ten million
records of a name and an identifier are about 700 MiB."""
FILE_BYTES: Final = 2048 * MIB
"""A dataset's file, given or received: larger ones want other means than one HTTP body."""
FILE_CHUNK_BYTES: Final = 256 * KIB
"""What is read, sent or written of a file at a time: between two of them the transfer is looked at
again, so that a suspension stops a download in its middle."""
FILES_AT_ONCE: Final = 8
"""Files that cross the peer listener at once, in either direction: their streams must not hold all
of its connections."""
FILE_STALL_SECONDS: Final = 30
"""How long a file's stream may stand still: a reader that does not read must not hold a place."""
FILE_SLOWEST_BYTES: Final = 16 * KIB
"""Bytes a second that a file's stream must make on the whole: a slow line passes, a drip does
not."""
FILE_REQUESTS: Final = 1_000
"""Requests with the token of one start: enough to resume on a bad line, too few to fill a disk
with entries of the journal."""
PUSH_GRACE_SECONDS: Final = 60
"""How long the giver waits for the receiver to say that a pushed file completes the transfer,
before it says so itself: a connector of another make may never."""
MEDIA_TYPE_CHARS: Final = 100
"""A media type: the longest registered ones have 80 characters."""
LIST_LINE_BYTES: Final = 256 * KIB
"""One line of a list file."""
LIST_RECORDS: Final = 10_000_000
"""Records of one list."""
CONFIG_BYTES: Final = 64 * KIB
"""The settings of a node: a dozen lines."""
KEY_FILE_BYTES: Final = 4 * KIB
"""A key file: a few hundred bytes at most."""
