from hypothesis import given
from hypothesis import strategies as st

from comity.core.leaf import leaf
from comity.core.merkle import leaf_hash


def test_hand_computed_vector() -> None:
    # printf 'comity-leaf-1\0eyJhbGciOiJFZDI1NTE5In0.e30.c2ln' | sha256sum
    token = b"eyJhbGciOiJFZDI1NTE5In0.e30.c2ln"
    assert leaf(token).hex() == "52c1f3b312e87837e6e4e8ee058f1728e7bed645bf7bec10fa04527020c1bec8"
    # The same 32 bytes behind a zero byte, through sha256sum once more.
    assert (
        leaf_hash(leaf(token)).hex()
        == "8a5362d28dd60aa72c205f067fb342b26f560137e314bc76a3f6370f8cfe5113"
    )


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_other_token_other_leaf(one: bytes, other: bytes) -> None:
    assert (leaf(one) == leaf(other)) == (one == other)
