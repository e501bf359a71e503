//! From outputs to set entries and back, eight at once: `crate::entries` is the definition.

use super::hashing::swap;
use super::lanes::{LANES, V, words};
use super::sha512::{Messages, initial};
use crate::entries::{CONTEXT, COUNTER, ENTRY, INDEX, LABEL, PURPOSE, SEALED};
use crate::suite::OUTPUT;
use core::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_broadcast_i64x4, _mm512_cvtepi64_epi32, _mm512_rol_epi32,
    _mm512_set_epi32, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_srli_epi64,
    _mm512_storeu_si512, _mm512_xor_si512,
};

/// What eight outputs give under a context.
struct Derived {
    /// Two words, big-endian: ten bytes of them are the index.
    index: [[u64; LANES]; 2],
    /// The one-time key of Poly1305 (words 0 to 7 of block 0) and the stream for the label (words
    /// 0 to 7 of block 1): lanes 0 to 7 are the former, 8 to 15 the latter.
    stream: [[u32; 2 * LANES]; 8],
}

/// The one-step derivation of what eight outputs give: 42 bytes, in words, big-endian.
#[target_feature(enable = "avx512f")]
fn derive(outputs: &[[u8; OUTPUT]], context: &[u8], ordinals: &[u16]) -> [V; 8] {
    let mut messages = Messages::new(0, COUNTER.len() + OUTPUT + PURPOSE.len() + CONTEXT + 2);
    for (lane, (output, ordinal)) in outputs.iter().zip(ordinals).enumerate() {
        messages.set(lane, &[COUNTER, output, PURPOSE, context, &ordinal.to_be_bytes()]);
    }
    messages.digest(&initial()).0
}

#[target_feature(enable = "avx512f")]
fn indexes(derived: &[V; 8]) -> [[u64; LANES]; 2] {
    [words(derived[4]), words(derived[5])]
}

/// Derive indexes.
#[target_feature(enable = "avx512f,avx512bw")]
pub fn index(outputs: &[u8], context: &[u8], ordinals: &[u16], out: &mut [u8]) {
    let each = outputs.as_chunks::<OUTPUT>().0.chunks(LANES).zip(ordinals.chunks(LANES));
    for ((outputs, ordinals), to) in each.zip(out.as_chunks_mut::<INDEX>().0.chunks_mut(LANES)) {
        let found = indexes(&derive(outputs, context, ordinals));
        for (lane, to) in to.iter_mut().enumerate() {
            *to = ten_bytes(&found, lane);
        }
    }
}

/// Make entries.
#[target_feature(enable = "avx512f,avx512bw")]
pub fn seal(outputs: &[u8], context: &[u8], ordinals: &[u16], labels: &[u8], out: &mut [u8]) {
    let each = outputs.as_chunks::<OUTPUT>().0.chunks(LANES).zip(ordinals.chunks(LANES));
    let labels = labels.as_chunks::<LABEL>().0.chunks(LANES);
    let entries = out.as_chunks_mut::<ENTRY>().0.chunks_mut(LANES);
    for (((outputs, ordinals), labels), entries) in each.zip(labels).zip(entries) {
        let derived = Derived::new(outputs, context, ordinals);
        for (lane, (label, entry)) in labels.iter().zip(entries).enumerate() {
            let index = ten_bytes(&derived.index, lane);
            let text = derived.crypt(lane, label);
            entry[..INDEX].copy_from_slice(&index);
            entry[INDEX..INDEX + LABEL].copy_from_slice(&text);
            entry[INDEX + LABEL..].copy_from_slice(&derived.authenticate(lane, &index, &text));
        }
    }
}

/// Open labels.
#[target_feature(enable = "avx512f,avx512bw")]
pub fn open(
    outputs: &[u8],
    context: &[u8],
    ordinals: &[u16],
    sealed: &[u8],
    labels: &mut [u8],
    good: &mut [bool],
) {
    let each = outputs.as_chunks::<OUTPUT>().0.chunks(LANES).zip(ordinals.chunks(LANES));
    let sealed = sealed.as_chunks::<SEALED>().0.chunks(LANES);
    let labels = labels.as_chunks_mut::<LABEL>().0.chunks_mut(LANES).zip(good.chunks_mut(LANES));
    for (((outputs, ordinals), sealed), (labels, good)) in each.zip(sealed).zip(labels) {
        let derived = Derived::new(outputs, context, ordinals);
        for (lane, sealed) in sealed.iter().enumerate() {
            let (text, tag) = sealed.split_first_chunk::<LABEL>().expect("it is longer");
            let index = ten_bytes(&derived.index, lane);
            let expected = derived.authenticate(lane, &index, text);
            let differs = expected.iter().zip(tag).fold(0, |all, (a, b)| all | (a ^ b));
            good[lane] = differs == 0;
            labels[lane] = if differs == 0 { derived.crypt(lane, text) } else { [0; LABEL] };
        }
    }
}

impl Derived {
    #[target_feature(enable = "avx512f,avx512bw")]
    fn new(outputs: &[[u8; OUTPUT]], context: &[u8], ordinals: &[u16]) -> Self {
        let found = derive(outputs, context, ordinals);
        Self { index: indexes(&found), stream: stream([found[0], found[1], found[2], found[3]]) }
    }

    fn word(&self, i: usize, lane: usize) -> u64 {
        u64::from(self.stream[2 * i][lane]) | u64::from(self.stream[2 * i + 1][lane]) << 32
    }

    fn crypt(&self, lane: usize, text: &[u8; LABEL]) -> [u8; LABEL] {
        let mut out = *text;
        for (i, bytes) in out.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            *bytes = (u64::from_le_bytes(*bytes) ^ self.word(i, lane + LANES)).to_le_bytes();
        }
        out
    }

    /// Poly1305 as RFC 8439 section 2.8 puts it together, over the index and a sealed label.
    fn authenticate(&self, lane: usize, index: &[u8; INDEX], text: &[u8; LABEL]) -> [u8; 16] {
        let mut first = [0; 16];
        first[..INDEX].copy_from_slice(index);
        let key = [0, 1, 2, 3].map(|i| self.word(i, lane));
        let text = text.as_chunks::<8>().0;
        let first = first.as_chunks::<8>().0;
        poly1305(
            key,
            [
                [u64::from_le_bytes(first[0]), u64::from_le_bytes(first[1])],
                [u64::from_le_bytes(text[0]), u64::from_le_bytes(text[1])],
                [u64::from_le_bytes(text[2]), u64::from_le_bytes(text[3])],
                [INDEX as u64, LABEL as u64],
            ],
        )
    }
}

fn ten_bytes(index: &[[u64; LANES]; 2], lane: usize) -> [u8; INDEX] {
    let mut out = [0; INDEX];
    out[..8].copy_from_slice(&index[0][lane].to_be_bytes());
    out[8..].copy_from_slice(&index[1][lane].to_be_bytes()[..2]);
    out
}

/// `ChaCha20` (RFC 8439 section 2.3): blocks 0 and 1 under eight keys, nonce zero.
#[target_feature(enable = "avx512f,avx512bw")]
fn stream(key: [V; 4]) -> [[u32; 2 * LANES]; 8] {
    let mut start = [_mm512_setzero_si512(); 16];
    for (i, constant) in
        [0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574].into_iter().enumerate()
    {
        start[i] = _mm512_set1_epi32(constant);
    }
    for (i, word) in key.into_iter().enumerate() {
        let word = swap(word);
        let halves = [word, _mm512_srli_epi64::<32>(word)];
        for (half, place) in halves.into_iter().zip([4 + 2 * i, 5 + 2 * i]) {
            start[place] = _mm512_broadcast_i64x4(_mm512_cvtepi64_epi32(half));
        }
    }
    start[12] = _mm512_set_epi32(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    let mut x = start;
    for _ in 0..10 {
        for (a, b, c, d) in [
            (0, 4, 8, 12),
            (1, 5, 9, 13),
            (2, 6, 10, 14),
            (3, 7, 11, 15),
            (0, 5, 10, 15),
            (1, 6, 11, 12),
            (2, 7, 8, 13),
            (3, 4, 9, 14),
        ] {
            x[a] = _mm512_add_epi32(x[a], x[b]);
            x[d] = _mm512_rol_epi32::<16>(_mm512_xor_si512(x[d], x[a]));
            x[c] = _mm512_add_epi32(x[c], x[d]);
            x[b] = _mm512_rol_epi32::<12>(_mm512_xor_si512(x[b], x[c]));
            x[a] = _mm512_add_epi32(x[a], x[b]);
            x[d] = _mm512_rol_epi32::<8>(_mm512_xor_si512(x[d], x[a]));
            x[c] = _mm512_add_epi32(x[c], x[d]);
            x[b] = _mm512_rol_epi32::<7>(_mm512_xor_si512(x[b], x[c]));
        }
    }
    let mut out = [[0; 2 * LANES]; 8];
    for i in 0..8 {
        store(&mut out[i], _mm512_add_epi32(x[i], start[i]));
    }
    out
}

/// Write sixteen words.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(to: &mut [u32; 2 * LANES], v: __m512i) {
    // SAFETY: the reference is to 64 bytes that may be written; no alignment is asked for.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), v) }
}

/// Poly1305 (RFC 8439 section 2.5) of four whole blocks; words are little-endian.
fn poly1305(key: [u64; 4], blocks: [[u64; 2]; 4]) -> [u8; 16] {
    let (r0, r1) = (key[0] & 0x0fff_fffc_0fff_ffff, key[1] & 0x0fff_fffc_0fff_fffc);
    // r1 is a multiple of 4, and 2^130 is 5: so 2^128 r1 is 5/4 r1.
    let s1 = r1 + (r1 >> 2);
    let wide = |a: u64, b: u64| u128::from(a) * u128::from(b);
    let (mut h0, mut h1, mut h2) = (0u64, 0u64, 0u64);
    for [m0, m1] in blocks {
        let sum = u128::from(h0) + u128::from(m0);
        h0 = sum as u64;
        let sum = u128::from(h1) + u128::from(m1) + (sum >> 64);
        h1 = sum as u64;
        h2 += (sum >> 64) as u64 + 1;
        let d0 = wide(h0, r0) + wide(h1, s1);
        let d1 = wide(h0, r1) + wide(h1, r0) + wide(h2, s1) + (d0 >> 64);
        let d2 = h2 * r0 + (d1 >> 64) as u64;
        h2 = d2 & 3;
        let sum = u128::from(d0 as u64) + u128::from((d2 & !3) + (d2 >> 2));
        h0 = sum as u64;
        let sum = u128::from(d1 as u64) + (sum >> 64);
        h1 = sum as u64;
        h2 += (sum >> 64) as u64;
    }
    // Past 2^130 - 5, adding 5 reaches 2^130; then that is what is left.
    let (g0, c) = h0.overflowing_add(5);
    let (g1, c) = h1.overflowing_add(u64::from(c));
    let past = 0u64.wrapping_sub((h2 + u64::from(c)) >> 2);
    let (h0, h1) = ((h0 & !past) | (g0 & past), (h1 & !past) | (g1 & past));
    let h = u128::from(h0) | u128::from(h1) << 64;
    let s = u128::from(key[2]) | u128::from(key[3]) << 64;
    h.wrapping_add(s).to_le_bytes()
}
