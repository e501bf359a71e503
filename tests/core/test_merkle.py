import json
from base64 import b64decode
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from comity.errors import Code
from refusals import refuses
from shared import shared

# The eight leaves that implementations of RFC 6962 share, and roots over the first n of them.
LEAVES = [
    leaf_hash(bytes.fromhex(data))
    for data in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    1: "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
    2: "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=",
    3: "rra8/idLcKFPsGel5VeCZNsPqbUa9eC6FZFY8yngbnc=",
    5: "Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=",
    6: "duZ9rbzfHhDht03cYIq9L5jfsW+851J3tSMqEn8gh+8=",
    7: "3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=",
    8: "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
}
INCLUSION_5_OF_8 = (
    "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
    "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
)
CONSISTENCY_6_TO_7 = (
    "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
    "sIaT7C5yFZcTBkHoIR5+7cy0wmQTlj7ubB4u0W/7Gl8=",
    "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
)
SIZES = st.integers(0, 130)


def some_leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = naive_root(leaves[:split]), naive_root(leaves[split:])
    return sha256(b"\x01" + left + right).digest()


def flipped(value: bytes, bit: int) -> bytes:
    altered = bytearray(value)
    altered[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(altered)


# --- vectors ------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ROOTS)
def test_known_roots(size: int) -> None:
    expected = b64decode(ROOTS[size])
    assert Tree(LEAVES).root(size) == expected
    assert Frontier().extend(LEAVES[:size]).root() == expected


def test_known_proofs() -> None:
    inclusion = tuple(map(b64decode, INCLUSION_5_OF_8))
    assert Tree(LEAVES).inclusion_proof(5) == inclusion
    verify_inclusion(5, 8, LEAVES[5], inclusion, b64decode(ROOTS[8]))
    consistency = tuple(map(b64decode, CONSISTENCY_6_TO_7))
    assert Tree(LEAVES).consistency_proof(6, 7) == consistency
    verify_consistency(6, 7, consistency, b64decode(ROOTS[6]), b64decode(ROOTS[7]))


def _check_vector(case: dict[str, Any]) -> None:
    proof = [b64decode(item) for item in case["proof"] or ()]
    if "leafIdx" in case:
        leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
        verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
    else:
        roots = (b64decode(case["root1"] or ""), b64decode(case["root2"] or ""))
        verify_consistency(case["size1"], case["size2"], proof, *roots)


def test_every_outside_vector() -> None:
    paths = sorted(shared("vectors/rfc6962").rglob("*.json"))
    good = 0
    for path in paths:
        case = json.loads(path.read_bytes())
        if case["wantErr"]:
            with refuses(Code.PROOF_NOT_VALID):
                _check_vector(case)
        else:
            _check_vector(case)
            good += 1
    assert (len(paths), good) == (196, 12)


# --- properties ---------------------------------------------------------------------------------


@settings(deadline=None)
@given(SIZES)
def test_tree_frontier_and_definition_agree(size: int) -> None:
    leaves = some_leaves(size)
    assert Tree(leaves).root() == naive_root(leaves)
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    assert frontier.root() == naive_root(leaves)
    assert frontier.size == size


@settings(deadline=None)
@given(SIZES, SIZES)
def test_frontier_goes_on_from_where_it_was_stored(before: int, after: int) -> None:
    leaves = some_leaves(before + after)
    stored = Frontier().extend(leaves[:before])
    restored = Frontier.unpack(stored.size, stored.pack())
    assert restored == stored
    assert len(stored.pack()) == 32 * before.bit_count()
    assert restored.extend(leaves[before:]) == Frontier().extend(leaves)
    assert stored.root() == naive_root(leaves[:before])


def test_every_proof_of_small_trees_verifies() -> None:
    tree = Tree(some_leaves(40))
    leaves = some_leaves(40)
    roots = [tree.root(size) for size in range(41)]
    for size in range(1, 41):
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            verify_inclusion(index, size, leaves[index], proof, roots[size])
            consistency = tree.consistency_proof(index + 1, size)
            verify_consistency(index + 1, size, consistency, roots[index + 1], roots[size])


@settings(deadline=None)
@given(st.data(), st.integers(2, 200))
def test_altered_inclusion_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    bit = data.draw(st.integers(0, 255))
    leaves = some_leaves(size)
    tree = Tree(leaves)
    leaf, root, proof = leaves[index], tree.root(), tree.inclusion_proof(index)
    verify_inclusion(index, size, leaf, proof, root)
    place = data.draw(st.integers(0, len(proof) - 1))
    altered = (*proof[:place], flipped(proof[place], bit), *proof[place + 1 :])
    other = data.draw(st.integers(0, size - 1).filter(lambda number: number != index))
    for change in (
        (index, size, flipped(leaf, bit), proof, root),
        (index, size, leaf, proof, flipped(root, bit)),
        (index, size, leaf, altered, root),
        (index, size, leaf, proof[1:], root),
        (index, size, leaf, proof[:-1], root),
        (index, size, leaf, (*proof, root), root),
        (index, size, leaf, (leaf, *proof), root),
        (other, size, leaf, proof, root),
        (index, index, leaf, proof, root),
        (-1, size, leaf, proof, root),
    ):
        with refuses(Code.PROOF_NOT_VALID):
            verify_inclusion(*change)


@settings(deadline=None)
@given(st.data(), st.integers(2, 200))
def test_altered_consistency_is_refused(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size - 1))
    bit = data.draw(st.integers(0, 255))
    tree = Tree(some_leaves(size))
    old_root, root, proof = tree.root(old), tree.root(), tree.consistency_proof(old)
    verify_consistency(old, size, proof, old_root, root)
    place = data.draw(st.integers(0, len(proof) - 1))
    altered = (*proof[:place], flipped(proof[place], bit), *proof[place + 1 :])
    for change in (
        (old, size, proof, flipped(old_root, bit), root),
        (old, size, proof, old_root, flipped(root, bit)),
        (old, size, altered, old_root, root),
        (old, size, proof[1:], old_root, root),
        (old, size, proof[:-1], old_root, root),
        (old, size, (*proof, root), old_root, root),
        (old, size, (old_root, *proof), old_root, root),
        (old, size, (), old_root, root),
        (size, old, proof, root, old_root),
        (0, size, proof, old_root, root),
        (0, size, (), EMPTY_ROOT, root),
    ):
        with refuses(Code.PROOF_NOT_VALID):
            verify_consistency(*change)


@settings(deadline=None)
@given(st.data(), st.integers(2, 100))
def test_rewritten_history_has_no_proof(data: st.DataObject, size: int) -> None:
    old = data.draw(st.integers(1, size - 1))
    place = data.draw(st.integers(0, old - 1))
    leaves = some_leaves(size)
    before = Tree(leaves[:old]).root()
    forged = Tree([*leaves[:place], leaf_hash(b"forged"), *leaves[place + 1 :]])
    with refuses(Code.PROOF_NOT_VALID, index=old, size=size):
        verify_consistency(old, size, forged.consistency_proof(old), before, forged.root())


# --- edges --------------------------------------------------------------------------------------


def test_hashes_of_31_and_33_bytes_are_refused() -> None:
    # Their concatenation is that of the true ones, and so is the hash.
    root = node_hash(LEAVES[0], LEAVES[1])
    shifted = LEAVES[0] + LEAVES[1][:1]
    assert node_hash(shifted, LEAVES[1][1:]) == root
    with refuses(Code.PROOF_NOT_VALID):
        verify_inclusion(0, 2, shifted, [LEAVES[1][1:]], root)
    with refuses(Code.PROOF_NOT_VALID):
        verify_consistency(1, 2, [LEAVES[1][1:]], shifted, root)


def test_path_of_another_height_is_refused_under_a_root_made_to_fit() -> None:
    # Whoever signs the root could build a tree that is not of the size it states.
    leaf, extra = LEAVES[0], LEAVES[7]
    with refuses(Code.PROOF_NOT_VALID):
        verify_inclusion(0, 1, leaf, [extra], node_hash(extra, leaf))
    with refuses(Code.PROOF_NOT_VALID):
        verify_inclusion(0, 4, leaf, [extra], node_hash(leaf, extra))
    with refuses(Code.PROOF_NOT_VALID):
        verify_consistency(1, 4, [extra], leaf, node_hash(leaf, extra))
    tree = Tree(LEAVES)
    proof = (*tree.consistency_proof(3, 4), extra)
    roots = (node_hash(extra, tree.root(3)), node_hash(extra, tree.root(4)))
    with refuses(Code.PROOF_NOT_VALID):
        verify_consistency(3, 4, proof, *roots)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    root = Tree(LEAVES).root()
    assert Tree(LEAVES).consistency_proof(8) == ()
    verify_consistency(8, 8, (), root, root)
    with refuses(Code.PROOF_NOT_VALID):
        verify_consistency(8, 8, (root,), root, root)
    with refuses(Code.PROOF_NOT_VALID):
        verify_consistency(8, 8, (), root, LEAVES[0])


def test_proofs_beyond_the_tree_are_refused() -> None:
    tree = Tree(LEAVES)
    with refuses(Code.PROOF_NOT_VALID, size=9):
        tree.root(9)
    for index, size in ((8, 8), (-1, 8), (3, 3), (0, 0)):
        with refuses(Code.PROOF_NOT_VALID, index=index, size=size):
            tree.inclusion_proof(index, size)
    for old, size in ((0, 8), (5, 4), (-1, 4)):
        with refuses(Code.PROOF_NOT_VALID, index=old, size=size):
            tree.consistency_proof(old, size)


def test_tree_sees_its_leaves_grow() -> None:
    leaves = LEAVES[:3]
    tree = Tree(leaves)
    assert (len(tree), tree.root()) == (3, b64decode(ROOTS[3]))
    leaves += LEAVES[3:]
    assert (len(tree), tree.root()) == (8, b64decode(ROOTS[8]))


@pytest.mark.parametrize(
    ("size", "packed"),
    [(0, bytes(32)), (1, b""), (2, bytes(64)), (3, bytes(63)), (3, bytes(65)), (-1, bytes(32))],
)
def test_stored_frontier_that_does_not_fit_is_refused(size: int, packed: bytes) -> None:
    with refuses(Code.PROOF_NOT_VALID, size=size):
        Frontier.unpack(size, packed)


def test_leaf_that_is_no_hash_is_refused() -> None:
    with refuses(Code.PROOF_NOT_VALID, size=1):
        Frontier().extend([LEAVES[0], b"short", LEAVES[1]])
