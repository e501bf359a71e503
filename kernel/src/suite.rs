//! RFC 9497, verifiable mode, suite ristretto255-SHA512: sizes, strings and hashes.

use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};

/// Bytes of an element (RFC 9496).
pub const ELEMENT: usize = 32;
/// Bytes of a scalar, little-endian.
pub const SCALAR: usize = 32;
/// Bytes of an output.
pub const OUTPUT: usize = 64;
/// Bytes of a proof: the scalars c and s.
pub const PROOF: usize = 64;
/// The longest private input (RFC 9497 section 1.2).
pub const LONGEST_INPUT: usize = 65_535;

/// `HashToGroup-` || context string, behind which its length in one byte stands (`DST_prime`).
pub const GROUP_DST: &[u8] = b"HashToGroup-OPRFV1-\x01-ristretto255-SHA512\x28";
/// `HashToScalar-` || context string, with its length.
pub const SCALAR_DST: &[u8] = b"HashToScalar-OPRFV1-\x01-ristretto255-SHA512\x29";
const SEED_DST: &[u8] = b"Seed-OPRFV1-\x01-ristretto255-SHA512";
/// What the final hash ends with.
pub const FINALIZE: &[u8] = b"Finalize";
/// What the string of a weight ends with.
pub const COMPOSITE: &[u8] = b"Composite";

/// Inputs in one buffer: item i ends at `ends[i]`, where item i + 1 starts.
#[derive(Clone, Copy)]
pub struct Items<'a> {
    data: &'a [u8],
    ends: &'a [u64],
    start: usize,
}

impl<'a> Items<'a> {
    /// Take a buffer and the ends of its items, which must grow and stay inside: else None.
    #[must_use]
    pub fn new(data: &'a [u8], ends: &'a [u64]) -> Option<Self> {
        let inside = ends.last().is_none_or(|&end| end <= data.len() as u64);
        (inside && ends.is_sorted()).then_some(Self { data, ends, start: 0 })
    }

    /// Return how many items there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tell whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Return an item.
    #[must_use]
    pub fn get(&self, i: usize) -> &'a [u8] {
        let start = if i == 0 { self.start } else { self.ends[i - 1] as usize };
        &self.data[start..self.ends[i] as usize]
    }

    /// Return the items from start to stop.
    #[must_use]
    pub fn part(&self, start: usize, stop: usize) -> Self {
        let first = if start == 0 { self.start } else { self.ends[start - 1] as usize };
        Self { data: self.data, ends: &self.ends[start..stop], start: first }
    }

    /// Return the position of the first item that is too long.
    #[must_use]
    pub fn too_long(&self) -> Option<usize> {
        (0..self.len()).find(|&i| self.get(i).len() > LONGEST_INPUT)
    }
}

/// `expand_message_xmd` to 64 bytes (RFC 9380 section 5.3.1), the message in parts.
#[must_use]
pub fn expand(parts: &[&[u8]], dst_prime: &[u8]) -> [u8; 64] {
    let mut state = Sha512::new();
    state.update([0; 128]);
    for part in parts {
        state.update(part);
    }
    state.update([0, 64, 0]);
    state.update(dst_prime);
    let first = state.finalize();
    Sha512::new().chain_update(first).chain_update([1]).chain_update(dst_prime).finalize().into()
}

/// `HashToScalar` (RFC 9497 section 4.1).
#[must_use]
pub fn hash_to_scalar(parts: &[&[u8]]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&expand(parts, SCALAR_DST))
}

/// The last steps of `Finalize` (section 3.3.1). The input is not too long.
#[must_use]
pub fn finish(input: &[u8], element: &[u8]) -> [u8; OUTPUT] {
    Sha512::new()
        .chain_update(length(input))
        .chain_update(input)
        .chain_update([0, 32])
        .chain_update(element)
        .chain_update(FINALIZE)
        .finalize()
        .into()
}

/// The seed of a batch's weights (section 2.2.1).
#[must_use]
pub fn seed(public_key: &[u8]) -> [u8; 64] {
    Sha512::new()
        .chain_update(length(public_key))
        .chain_update(public_key)
        .chain_update(length(SEED_DST))
        .chain_update(SEED_DST)
        .finalize()
        .into()
}

/// The weight of the i-th pair (section 2.2.1, `ComputeComposites`).
#[must_use]
pub fn weight(seed: &[u8; 64], i: usize, c: &[u8], d: &[u8]) -> Scalar {
    let place = (i as u16).to_be_bytes();
    hash_to_scalar(&[&[0, 64], seed, &place, &[0, 32], c, &[0, 32], d, COMPOSITE])
}

/// The challenge of a proof (section 2.2.1).
#[must_use]
pub fn challenge(public_key: &[u8], points: [[u8; ELEMENT]; 4]) -> Scalar {
    let [m, z, t2, t3] = &points;
    let size = length(public_key);
    let of = [0, 32];
    hash_to_scalar(&[&size, public_key, &of, m, &of, z, &of, t2, &of, t3, b"Challenge"])
}

fn length(of: &[u8]) -> [u8; 2] {
    (of.len() as u16).to_be_bytes()
}
