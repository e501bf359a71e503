//! What RFC 9497 hashes, eight strings at once.

use super::lanes::{LANES, V, words};
use super::sha512::{BLOCK, Messages, State, compress, initial, word};
use crate::suite::{COMPOSITE, ELEMENT, FINALIZE, GROUP_DST, Items, OUTPUT, SCALAR_DST};
use core::arch::x86_64::{_mm512_set_epi8, _mm512_shuffle_epi8};
use curve25519_dalek::Scalar;

/// `expand_message_xmd` to 64 bytes (RFC 9380 section 5.3.1).
pub struct Expansion {
    dst_prime: &'static [u8],
    /// The state behind the block of zeros that every message starts with.
    zeros: State,
    /// The second block but for the first one's hash: 1, the tag, and the end.
    tail: [u64; 8],
}

impl Expansion {
    #[target_feature(enable = "avx512f")]
    fn new(dst_prime: &'static [u8]) -> Self {
        let mut bytes = [0; 64];
        bytes[0] = 1;
        bytes[1..=dst_prime.len()].copy_from_slice(dst_prime);
        bytes[dst_prime.len() + 1] = 0x80;
        let mut tail = [0; 8];
        for (to, from) in tail.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *to = u64::from_be_bytes(*from);
        }
        tail[7] = (64 + 1 + dst_prime.len() as u64) * 8;
        Self { dst_prime, zeros: compress(&initial(), &[word(0); 16]), tail }
    }

    /// That of inputs.
    #[target_feature(enable = "avx512f")]
    pub fn to_group() -> Self {
        Self::new(GROUP_DST)
    }

    /// That of the weights.
    #[target_feature(enable = "avx512f")]
    pub fn to_scalar() -> Self {
        Self::new(SCALAR_DST)
    }

    /// Start messages of at most `longest` bytes.
    pub fn messages(&self, longest: usize) -> Messages {
        Messages::new(BLOCK, longest + 3 + self.dst_prime.len())
    }

    /// Set the message of a lane, in at most seven parts.
    pub fn set(&self, messages: &mut Messages, lane: usize, parts: &[&[u8]]) {
        let mut all: [&[u8]; 9] = [&[]; 9];
        all[..parts.len()].copy_from_slice(parts);
        all[7] = &[0, 64, 0];
        all[8] = self.dst_prime;
        messages.set(lane, &all);
    }

    /// Expand the messages that were set: the words of 64 bytes, little-endian.
    #[target_feature(enable = "avx512f,avx512bw")]
    pub fn expand(&self, messages: &Messages) -> [V; 8] {
        let first = messages.digest(&self.zeros);
        let mut block = [word(0); 16];
        for i in 0..8 {
            (block[i], block[8 + i]) = (first.0[i], word(self.tail[i]));
        }
        let mut out = compress(&initial(), &block).0;
        for one in &mut out {
            *one = swap(*one);
        }
        out
    }
}

/// Expand up to eight inputs.
#[target_feature(enable = "avx512f,avx512bw")]
pub fn expand_inputs(expansion: &Expansion, inputs: Items<'_>) -> [V; 8] {
    let longest = (0..inputs.len()).map(|i| inputs.get(i).len()).max().unwrap_or(0);
    let mut messages = expansion.messages(longest);
    for i in 0..inputs.len() {
        expansion.set(&mut messages, i, &[inputs.get(i)]);
    }
    expansion.expand(&messages)
}

/// Return the weights of pairs (RFC 9497 section 2.2.1), the first of which is the `first`-th.
#[target_feature(enable = "avx512f,avx512bw")]
pub fn weights(seed: &[u8; 64], first: usize, c: &[u8], d: &[u8]) -> Vec<Scalar> {
    let expansion = Expansion::to_scalar();
    let (c, d) = (c.as_chunks::<ELEMENT>().0, d.as_chunks::<ELEMENT>().0);
    let mut messages = expansion.messages(2 + 64 + 2 + 2 * (2 + ELEMENT) + COMPOSITE.len());
    let mut out = Vec::with_capacity(c.len());
    for start in (0..c.len()).step_by(LANES) {
        let stop = c.len().min(start + LANES);
        for (lane, i) in (start..stop).enumerate() {
            let mut head = [0; 68];
            head[1] = 64;
            head[2..66].copy_from_slice(seed);
            head[66..].copy_from_slice(&((first + i) as u16).to_be_bytes());
            let parts: [&[u8]; 6] = [&head, &[0, 32], &c[i], &[0, 32], &d[i], COMPOSITE];
            expansion.set(&mut messages, lane, &parts);
        }
        let columns = expansion.expand(&messages).map(|v| words(v));
        for lane in 0..stop - start {
            let mut wide = [0; 64];
            for (to, column) in wide.as_chunks_mut::<8>().0.iter_mut().zip(&columns) {
                *to = column[lane].to_le_bytes();
            }
            out.push(Scalar::from_bytes_mod_order_wide(&wide));
        }
    }
    out
}

/// The last steps of `Finalize` (section 3.3.1).
#[target_feature(enable = "avx512f")]
pub fn finish(inputs: Items<'_>, elements: &[u8], out: &mut [u8]) {
    let elements = elements.as_chunks::<ELEMENT>().0;
    let start = initial();
    for (number, eight) in out.as_chunks_mut::<OUTPUT>().0.chunks_mut(LANES).enumerate() {
        let first = number * LANES;
        let some = first..first + eight.len();
        let longest = some.clone().map(|i| inputs.get(i).len()).max().unwrap_or(0);
        let mut messages = Messages::new(0, 2 + longest + 2 + ELEMENT + FINALIZE.len());
        for (lane, i) in some.enumerate() {
            let input = inputs.get(i);
            let size = (input.len() as u16).to_be_bytes();
            messages.set(lane, &[&size, input, &[0, 32], &elements[i], FINALIZE]);
        }
        let columns = messages.digest(&start).0.map(|v| words(v));
        for (lane, output) in eight.iter_mut().enumerate() {
            for (to, column) in output.as_chunks_mut::<8>().0.iter_mut().zip(&columns) {
                *to = column[lane].to_be_bytes();
            }
        }
    }
}

/// Turn the bytes of every word round.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub fn swap(v: V) -> V {
    #[rustfmt::skip]
    let order = _mm512_set_epi8(
        8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7,
        8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7,
    );
    _mm512_shuffle_epi8(v, order)
}
