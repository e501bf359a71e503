"""Two implementations of the same trees must say the same: the node's and the verifier's."""

import json
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core import merkle
from comity.core.merkle import Tree, leaf_hash
from comity.errors import ComityError
from comity_verify.failure import VerificationFailure
from comity_verify.merkle import check_consistency, check_inclusion
from shared import shared


def node_says(case: dict[str, Any], proof: list[bytes]) -> bool:
    try:
        if "leafIdx" in case:
            leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
            merkle.verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
        else:
            roots = (b64decode(case["root1"] or ""), b64decode(case["root2"] or ""))
            merkle.verify_consistency(case["size1"], case["size2"], proof, *roots)
    except ComityError:
        return False
    return True


def verifier_says(case: dict[str, Any], proof: list[bytes]) -> bool:
    try:
        if "leafIdx" in case:
            leaf, root = b64decode(case["leafHash"] or ""), b64decode(case["root"] or "")
            check_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)
        else:
            roots = (b64decode(case["root1"] or ""), b64decode(case["root2"] or ""))
            check_consistency(case["size1"], case["size2"], proof, *roots)
    except VerificationFailure:
        return False
    return True


def test_every_outside_vector() -> None:
    paths = sorted(shared("vectors/rfc6962").rglob("*.json"))
    good = 0
    for path in paths:
        case = json.loads(path.read_bytes())
        proof = [b64decode(item) for item in case["proof"] or ()]
        holds = verifier_says(case, proof)
        assert holds is not case["wantErr"], path
        assert holds is node_says(case, proof), path
        good += holds
    assert (len(paths), good) == (196, 12)


def agree_on_inclusion(index: int, size: int, leaf: bytes, proof: list[bytes], root: bytes) -> bool:
    said = []
    for check in (merkle.verify_inclusion, check_inclusion):
        try:
            check(index, size, leaf, proof, root)
            said.append(True)
        except (ComityError, VerificationFailure):
            said.append(False)
    assert said[0] == said[1]
    return said[0]


def agree_on_consistency(
    old: int, size: int, proof: list[bytes], old_root: bytes, root: bytes
) -> bool:
    said = []
    for check in (merkle.verify_consistency, check_consistency):
        try:
            check(old, size, proof, old_root, root)
            said.append(True)
        except (ComityError, VerificationFailure):
            said.append(False)
    assert said[0] == said[1]
    return said[0]


TREE = Tree([leaf_hash(number.to_bytes(4, "big")) for number in range(300)])


@given(st.data())
def test_proofs_of_trees_hold_in_both(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    leaf = TREE._leaves[index]
    proof = list(TREE.inclusion_proof(index, size))
    assert agree_on_inclusion(index, size, leaf, proof, TREE.root(size))
    joined = list(TREE.consistency_proof(old, size))
    assert agree_on_consistency(old, size, joined, TREE.root(old), TREE.root(size))


@given(st.data())
def test_both_say_the_same_of_any_change(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 40))
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    hashes = st.sampled_from([TREE.root(each) for each in range(1, 41)])

    def spoiled(proof: list[bytes]) -> list[bytes]:
        kind = data.draw(st.sampled_from(["drop", "add", "swap", "short", "none"]))
        if kind == "add":
            return [*proof, data.draw(hashes)]
        if kind == "swap" and proof:
            place = data.draw(st.integers(0, len(proof) - 1))
            return [*proof[:place], data.draw(hashes), *proof[place + 1 :]]
        if kind == "short" and proof:
            return [proof[0][:-1], *proof[1:]]
        return proof[:-1] if kind == "drop" else proof

    other = data.draw(st.integers(-1, 42))
    said = data.draw(st.integers(-1, 42))
    proof = spoiled(list(TREE.inclusion_proof(index, size)))
    agree_on_inclusion(other, said, TREE._leaves[index], proof, TREE.root(size))
    agree_on_inclusion(index, size, TREE._leaves[index], proof, TREE.root(size))
    joined = spoiled(list(TREE.consistency_proof(old, size)))
    agree_on_consistency(other, said, joined, TREE.root(old), TREE.root(size))
    agree_on_consistency(old, size, joined, TREE.root(old), TREE.root(size))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257])
def test_a_proof_of_another_place_holds_nowhere_else(size: int) -> None:
    index = size // 2
    proof = list(TREE.inclusion_proof(index, size))
    for other in range(size):
        holds = agree_on_inclusion(other, size, TREE._leaves[index], proof, TREE.root(size))
        assert holds is (other == index)
