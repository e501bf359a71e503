"""Every limit is hit by a test, by name: this says where, and fails where that is no longer so."""

import re
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from comity import limits
from comity.api import Request, Response
from comity.edge.client import PeerClient
from comity.edge.peer_listener import peer_app
from comity.edge.serve import Listener
from edge.loopback import HOST, pair, running

TESTS = Path(__file__).parent
UNITS = {"KIB", "MIB", "HOUR", "DAY"}
HERE = "test_limits.py"

HIT = {
    # evidence and witnesses
    "EVIDENCE_BYTES": "operations/test_proving.py::test_a_file_has_an_end",
    "EVIDENCE_ENTRIES": "operations/test_proving.py::test_so_many_entries_and_no_more",
    "WITNESSES": "operations/test_witnessing.py::test_so_many_witnesses_and_no_more",
    "WITNESS_SECONDS": "edge/test_witness_client.py::test_silence_and_drips_are_not_waited_for",
    "WITNESS_REPLY_BYTES": "edge/test_witness_client.py::test_a_reply_has_an_end",
    "TOGETHER": "protocol/test_together.py::test_so_many_at_once_and_then_the_others",
    "WRITERS_PER_COMMIT": "store/test_writers.py::test_a_group_has_an_end",
    "REFUSED_PER_HOUR": (
        "test_exchange.py::test_a_flood_of_what_is_refused_stops_entering_the_record"
    ),
    # bytes that come in
    "BODY_BYTES": "edge/test_peer_listener.py::test_a_body_over_the_cap_is_refused_unread",
    "BATCH_BODY_BYTES": (
        "core/test_messages.py::test_a_full_batch_fits_its_limit_and_nothing_more_does"
    ),
    "REPLY_BYTES": "edge/test_client.py::test_the_largest_reply",
    "TOKEN_BYTES": "core/test_token.py::test_hostile_requests",
    "TARGET_BYTES": "core/test_token.py::test_hostile_requests",
    "IDENTITY_BYTES": "core/test_identity.py::test_a_document_past_the_limit_is_refused_unread",
    "UPDATE_BYTES": "core/test_succession.py::test_what_is_no_update",
    "IDENTITY_STEPS": "core/test_succession.py::test_an_update_has_so_many_steps",
    "JSON_DEPTH": "test_exchange.py::test_what_cannot_be_read_is_refused_signed_and_kept_by_digest",
    "TEXT_CHARS": "core/test_messages.py::test_reasons_that_are_too_long_or_no_text",
    "ID_CHARS": "core/test_identity.py::test_hostile_addresses",
    "TERM_VALUES": "core/test_terms.py::test_flawed_drafts_are_refused",
    "TERM_TOKENS": "core/test_terms.py::test_flawed_drafts_are_refused",
    # time
    "CLOCK_SKEW_SECONDS": "core/test_token.py::test_time",
    "MESSAGE_LIFETIME_SECONDS": (
        "test_delivery.py::test_what_is_too_old_to_be_news_goes_late_and_has_no_effect"
    ),
    "CONTACT_LIFETIME_SECONDS": "core/test_contact.py::test_time",
    "CONTACTS_PER_HOUR": "test_contacts.py::test_a_peer_that_never_stops_asking_is_told_to",
    "HTTP_TIMEOUT_SECONDS": f"{HERE}::test_a_client_waits_so_long_by_itself",
    "ANSWER_TERM_SECONDS": "protocol/test_requests.py::test_the_longest_term_for_an_answer",
    # the courier
    "BUNDLE_LINE_BYTES": "core/test_bundle.py::test_a_line_without_end",
    "BUNDLE_MESSAGES": "core/test_bundle.py::test_more_messages_than_a_bundle_may_have",
    "COURIER_LIFETIME_SECONDS": "operations/test_couriers.py::test_how_long_a_courier_may_take",
    "COURIER_AGAIN_SECONDS": "operations/test_courier_folders.py::test_it_goes_again_each_day",
    "COURIER_PARTS": "operations/test_courier_parts.py::test_more_parts_than_a_bundle_may_have",
    "COURIER_KEPT_BYTES": "operations/test_courier_parts.py::test_parts_that_never_stop_coming",
    # matching
    "BATCH_ELEMENTS": "protocol/test_questions.py::test_a_full_batch_is_the_most",
    "TOKEN_INPUT_BYTES": "core/test_tokens.py::test_token_input_bytes",
    "RECORDS_PER_TOKEN": "core/test_matching.py::test_records_per_token",
    "RECORDS_PER_FUZZY_TOKEN": (
        "operations/test_fuzzy_matching.py::test_a_token_that_many_records_share_is_not_in_the_set"
    ),
    "TOKENS_PER_RECORD": (
        "core/fuzzy/test_families.py::test_cheap_families_go_on_where_the_others_stop"
    ),
    "FUZZY_TOKENS_EXPECTED": (
        "operations/test_fuzzy_matching.py::test_a_disk_must_have_room_for_fuzzy_tokens"
    ),
    "NAMES_PER_RECORD": "core/fuzzy/test_subject.py::test_there_is_an_end_to_everything",
    "NAMES_IN_FULL": "core/fuzzy/test_families.py::test_cheap_families_go_on_where_the_others_stop",
    "DATES_PER_RECORD": "core/fuzzy/test_subject.py::test_there_is_an_end_to_everything",
    "PLACES_PER_RECORD": "core/fuzzy/test_subject.py::test_there_is_an_end_to_everything",
    "STATUSES_PER_LABEL": "core/test_label.py::test_what_no_label_can_hold",
    "EPOCH_SECONDS": "protocol/test_questions.py::test_after_the_epoch",
    "KEYS_LEFT_SECONDS": (
        "operations/test_tagging_again.py"
        "::test_keys_with_enough_left_are_taken_over_and_end_when_they_would"
    ),
    "OUTPUTS_CACHED_BYTES": "store/test_outputs.py::test_memory_has_an_end",
    "OUTPUTS_LET_GO_AT_ONCE": "store/test_outputs.py::test_many_go_at_once",
    "CANARIES": "core/test_matching.py::test_canaries_hit_in_every_set",
    "SET_ENTRIES": "core/test_tagset.py::test_set_entries",
    "SET_PART_BYTES": "core/test_tagset.py::test_parts_cover_the_file",
    "SET_PARTITIONS": "store/test_partitions.py::test_little_needs_no_file",
    "SPOOLED_AT_ONCE_BYTES": "store/test_partitions.py::test_little_needs_no_file",
    "SPOOL_CHUNK_BYTES": "store/test_partitions.py::test_so_much_is_read_at_once",
    "HANDLES_AT_ONCE": "store/test_building.py::test_handles_at_once",
    "FREQUENCIES_KEPT": "operations/test_weighing.py::test_so_many_are_kept_and_the_least_used_go",
    # what is asked again
    "WATCHED_SETS": "operations/test_alerts.py::test_so_many_and_no_more",
    "WATCH_SECONDS": "test_alerting.py::test_each_epoch_is_asked_once_and_looked_for_each_day",
    # what one peer may keep busy
    "OPEN_NEGOTIATIONS_PER_PEER": (
        "protocol/test_negotiation.py::test_no_more_open_negotiations_than_the_limit"
    ),
    "CATALOG_PAGES": "protocol/test_catalog.py::test_a_catalog_that_never_ends",
    "OPEN_REQUESTS_PER_PEER": "protocol/test_requests.py::test_no_more_than_the_limit_wait",
    "OPEN_TRANSFERS_PER_PEER": (
        "protocol/test_transfer.py::test_no_more_open_transfers_than_the_limit"
    ),
    "UNREADABLE_PER_HOUR": (
        "test_exchange.py::test_a_flood_of_what_cannot_be_read_stops_entering_the_record"
    ),
    "DELIVERIES_AT_ONCE": "test_worker.py::test_so_many_peers_at_once_and_then_the_others",
    "CATALOG_PAGE": (
        "protocol/test_catalog.py::test_a_catalog_has_so_many_datasets_and_fits_a_reply"
    ),
    "HEADER_BYTES": "edge/test_peer_listener.py::test_a_head_over_the_cap_in_one_piece",
    "CONNECTIONS": "edge/test_serve.py::test_connections_are_counted",
    "HANDLED_AT_ONCE": "edge/test_peer_listener.py::test_requests_beyond_the_workers_wait",
    "HEADER_SECONDS": "edge/test_serve.py::test_silence_is_not_waited_for",
    "BODY_SECONDS": "edge/test_peer_listener.py::test_a_slow_body_is_not_waited_for",
    "KEEP_ALIVE_SECONDS": "edge/test_serve.py::test_a_used_connection_may_rest",
    "IDLE_SECONDS": f"{HERE}::test_a_client_lets_go_before_the_listener_does",
    "CONNECTIONS_TO_PEER": f"{HERE}::test_a_client_opens_no_more_connections_than_the_limit",
    "LINGER_SECONDS": "edge/test_peer_listener.py::test_a_slow_body_is_not_waited_for",
    # what operators may keep busy
    "OPERATIONS_AT_ONCE": "edge/test_operators_listener.py::test_only_so_many_at_once",
    "PROGRESS_WAITING": (
        "edge/test_operators_listener.py::test_remote_gets_the_end_of_a_flood_of_progress"
    ),
    "SHUTDOWN_SECONDS": "edge/test_peer_listener.py::test_the_stop_waits_for_the_walk",
    "REHEARSED_SHOWN": (
        "operations/test_rehearsing.py::test_the_latest_are_listed_and_all_are_counted"
    ),
    # the record, and files
    "LEDGER_LINES": "operations/test_ledger.py::test_a_ledger_has_so_many_lines",
    "LEDGER_ENTRIES": "operations/test_ledger.py::test_entries_are_looked_at_a_few_at_a_time",
    "CONTACT_EVERY_SECONDS": "test_meeting.py::test_contact_is_made_so_often_and_no_more",
    "CONTACT_AT_LEAST_SECONDS": "test_meeting.py::test_contact_is_made_where_nothing_is_said",
    "RECORD_SIZES": "test_meeting.py::test_no_more_is_read_at_once",
    "RECORD_ENTRIES": "test_meeting.py::test_no_more_is_read_at_once",
    "RECORD_ENTRIES_BYTES": "test_meeting.py::test_entries_that_do_not_fit_are_asked_for_again",
    "RECORD_FETCHED": "test_meeting.py::test_one_contact_fetches_so_many",
    "RECORD_COMPARED": "test_comparing.py::test_so_many_entries_are_listed",
    "NOTE_BYTES": "core/test_note.py::test_size_is_capped",
    "PROOF_EXTRA_BYTES": "core/test_proof.py::test_sizes_are_capped",
    "MAILBOX_BYTES": "protocol/test_mailboxes.py::test_so_much_is_given_at_once",
    "MAILBOX_GIVEN_BYTES": "protocol/test_mailboxes.py::test_so_much_is_given_at_once",
    "MAILBOX_MESSAGES": "protocol/test_mailboxes.py::test_so_much_is_given_at_once",
    "MAILBOX_WAIT_SECONDS": "protocol/test_mailboxes.py::test_what_is_no_question_is_refused",
    "MAILBOX_ABSENT_SECONDS": (
        "protocol/test_mailboxes.py::test_nobody_waits_for_a_peer_that_does_not_come"
    ),
    "BACKUP_CHUNK_BYTES": "edge/test_sealed_stream.py::test_what_is_cut_off_is_not_whole",
    "BACKUP_HEADER_BYTES": "edge/test_sealed_stream.py::test_a_header_without_end_is_not_read",
    "BACKUP_MANIFEST_BYTES": "operations/test_backing_up.py::test_a_manifest_that_is_too_large",
    "PASSPHRASE_CHARS": (
        "operations/test_backing_up.py::test_what_would_open_too_easily_is_refused"
    ),
    "LOOKED_AT_ONCE": "protocol/test_lapsing.py::test_so_many_are_looked_at_and_then_the_others",
    "WRAP_KEY_SECONDS": "store/test_rotation.py::test_it_is_due_after_its_time_and_not_before",
    "REWRAPPED_AT_ONCE": "store/test_rotation.py::test_many_rows_go_in_parts",
    "ATTEST_SECONDS": (
        "protocol/test_attesting.py::test_each_side_attests_what_came_from_the_other"
    ),
    "RECALL_ENTRIES": (
        "protocol/test_recall.py::test_a_recall_names_so_many_entries_and_an_outcome_so_many_uses"
    ),
    "USES": (
        "protocol/test_recall.py::test_a_recall_names_so_many_entries_and_an_outcome_so_many_uses"
    ),
    "RECALL_SECONDS": "protocol/test_recall.py::test_silence_is_overdue_on_both_sides",
    "OPEN_RECALLS_PER_PEER": "protocol/test_recall.py::test_only_so_many_recalls_wait_at_once",
    "ONWARD_HOLDERS": "core/test_recall.py::test_an_outcome_lists_so_many_holders",
    "FILE_BYTES": "operations/test_filing.py::test_a_file_at_the_limit_and_one_byte_more",
    "FILE_CHUNK_BYTES": "test_gate.py::test_a_suspension_in_the_middle_of_a_download",
    "FILES_AT_ONCE": "test_gate.py::test_so_many_files_at_once",
    "FILE_STALL_SECONDS": "test_gate.py::test_a_reader_that_does_not_read",
    "FILE_SLOWEST_BYTES": "test_gate.py::test_a_reader_that_drips",
    "FILE_REQUESTS": "test_gate.py::test_a_token_is_good_for_so_many_requests",
    "PUSH_GRACE_SECONDS": "test_pushing.py::test_a_receiver_of_another_make",
    "MEDIA_TYPE_CHARS": "operations/test_filing.py::test_what_no_media_type_is",
    "LIST_BYTES": "formats/test_formats.py::test_file_too_large",
    "LIST_LINE_BYTES": "formats/test_tables.py::test_hostile_bytes",
    "LIST_RECORDS": "formats/test_tables.py::test_too_many_rows",
    "CONFIG_BYTES": "edge/test_config.py::test_files_that_are_not_right",
    "KEY_FILE_BYTES": "edge/test_keyfiles.py::test_malformed_signer",
}


def test_every_limit_is_here() -> None:
    named = {name for name in vars(limits) if name.isupper()} - UNITS
    assert sorted(HIT) == sorted(named)


@pytest.mark.parametrize("name", HIT)
def test_the_test_that_hits_it_is_there(name: str) -> None:
    path, _, test = HIT[name].partition("::")
    text = (TESTS / path).read_text()
    assert re.search(rf"^def {test}\(", text, re.MULTILINE)
    assert re.search(rf"\b{name}\b", text)


@pytest.mark.parametrize("name", HIT)
def test_every_limit_says_why(name: str) -> None:
    text = Path(limits.__file__).read_text()
    reason = re.search(
        rf'^{name}: Final = [^\n]+\n"""(.{{20,}}?)"""', text, re.MULTILINE | re.DOTALL
    )
    assert reason


@dataclass
class Slow:
    """A peer that takes its time, and counts who is there at once."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    now: int = 0
    most: int = 0

    def handle(self, request: Request) -> Response:
        """Take a moment."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        # So long that all the connections there may be are made meanwhile.
        time.sleep(1)
        with self.lock:
            self.now -= 1
        return Response(200, "t")


def test_a_client_opens_no_more_connections_than_the_limit(tmp_path: Path) -> None:
    slow, made = Slow(), pair(tmp_path)
    with running([Listener(peer_app(slow, b"{}"), HOST, 0, made.server)]) as ready:
        address = f"https://{HOST}:{ready.addresses[0][1]}"
        with closing(PeerClient(address, made.certificate)) as client:
            asked = (Request("GET", "/x", "t"),)
            count = 3 * limits.CONNECTIONS_TO_PEER
            threads = [threading.Thread(target=client.handle, args=asked) for _ in range(count)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    assert slow.most == limits.CONNECTIONS_TO_PEER


def test_a_client_lets_go_before_the_listener_does() -> None:
    assert limits.IDLE_SECONDS < limits.KEEP_ALIVE_SECONDS


def test_a_client_waits_so_long_by_itself(tmp_path: Path) -> None:
    """That the wait ends is shown in edge/test_client.py, with a shorter one."""
    client = PeerClient("https://127.0.0.1:1", pair(tmp_path).certificate)
    assert client._timeout == limits.HTTP_TIMEOUT_SECONDS
    client.close()
