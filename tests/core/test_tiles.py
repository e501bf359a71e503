from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.merkle import EMPTY_ROOT, Frontier, Tree, leaf_hash
from comity.core.tiles import ENTRIES, WIDTH, Tile, TiledTree, Tiler
from comity.errors import Code
from refusals import refuses


def entries(count: int) -> Iterator[bytes]:
    return (b"%d" % number for number in range(count))


def tiled(count: int) -> dict[Tile, bytes]:
    tiler = Tiler()
    return dict([*tiler.extend(entries(count)), *tiler.rest()])


HASHES = [leaf_hash(entry) for entry in entries(70_000)]


def test_the_example_of_the_specification() -> None:
    """A tree of 70,000 has so many tiles of each level and width (C2SP tlog-tiles)."""
    made = [tile for tile in tiled(70_000) if tile.level != ENTRIES]
    told = [(tile.level, tile.width, tile.index) for tile in made]
    assert sorted(told) == sorted(
        [
            *((0, 256, index) for index in range(273)),
            (0, 112, 273),
            (1, 256, 0),
            (1, 17, 1),
            (2, 1, 0),
        ]
    )
    assert {tile.level for tile in tiled(256)} == {ENTRIES, 0, 1}
    assert Tile(1, 0, 1) in tiled(256)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1_234_067, WIDTH), "tile/0/x001/x234/067"),
        (Tile(0, 0, 1), "tile/0/000.p/1"),
        (Tile(1, 999, 255), "tile/1/999.p/255"),
        (Tile(2, 1_000, WIDTH), "tile/2/x001/000"),
        (Tile(ENTRIES, 273, 112), "tile/entries/273.p/112"),
        (Tile(ENTRIES, 1_000_000, WIDTH), "tile/entries/x001/x000/000"),
    ],
)
def test_paths(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_a_tile_has_the_hashes_that_the_definition_says() -> None:
    """MTH(D[(n * 256 + i) * 256^l : (n * 256 + i + 1) * 256^l]), i from 0 to 255."""
    tree = Tree(HASHES)
    for tile, data in tiled(66_000).items():
        if tile.level == ENTRIES:
            first = tile.index * WIDTH
            expected = b"".join(
                len(entry).to_bytes(2, "big") + entry
                for entry in (b"%d" % number for number in range(first, first + tile.width))
            )
        else:
            span = WIDTH**tile.level
            starts = [(tile.index * WIDTH + place) * span for place in range(tile.width)]
            expected = b"".join(tree.range_root(start, start + span) for start in starts)
        assert data == expected, tile


@pytest.mark.parametrize("count", [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 69_999])
def test_the_root_over_the_tiles_is_that_of_the_log(count: int) -> None:
    tiler = Tiler()
    for _ in tiler.extend(entries(count)):
        pass
    assert tiler.root() == Frontier().extend(HASHES[:count]).root()
    assert (tiler.size, tiler.root() == EMPTY_ROOT) == (count, count == 0)


def test_it_goes_on_where_it_was() -> None:
    """In pieces or at once, what is written is the same."""
    tiler, made = Tiler(), dict[Tile, bytes]()
    source = entries(600)
    for part in (1, 255, 300, 44):
        made |= dict(tiler.extend(next(source) for _ in range(part)))
    assert made | dict(tiler.rest()) == tiled(600)


def test_few_hashes_are_held_however_long_the_log() -> None:
    tiler = Tiler()
    most = 0
    for _ in tiler.extend(entries(70_000)):
        most = max(most, len(tiler._bundle) + sum(map(len, tiler._open)))
    assert most <= 4 * WIDTH


TILES = tiled(70_000)


def read(tile: Tile) -> bytes:
    return TILES[tile]


@given(st.data())
def test_proofs_out_of_tiles_are_those_out_of_leaves(data: st.DataObject) -> None:
    tiles, tree = TiledTree(70_000, read), Tree(HASHES)
    size = data.draw(st.integers(1, 70_000))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert tiles.inclusion_proof(index, size) == tree.inclusion_proof(index, size)
    assert tiles.consistency_proof(old, size) == tree.consistency_proof(old, size)
    assert tiles.root(size) == tree.root(size)


def test_a_proof_reads_few_tiles() -> None:
    asked: set[Tile] = set()

    def counted(tile: Tile) -> bytes:
        asked.add(tile)
        return TILES[tile]

    TiledTree(70_000, counted).inclusion_proof(33_333)
    assert len(asked) <= 6


def test_what_no_bundle_and_no_tile_can_be() -> None:
    list(Tiler().extend([bytes(65_535)]))
    with refuses(Code.PROOF_NOT_VALID, index=0):
        list(Tiler().extend([bytes(65_536)]))
    with refuses(Code.PROOF_NOT_VALID):
        TiledTree(300, lambda tile: bytes(31)).root()
    with refuses(Code.PROOF_NOT_VALID):
        TiledTree(300, read).root(301)
    assert len(TiledTree(300, read)) == 300
    assert TiledTree(0, read).root() == EMPTY_ROOT
