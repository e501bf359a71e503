//! Eight words of 64 bits in one register: the only way between memory and vectors.

use core::arch::x86_64::{__m512i, _mm512_loadu_si512, _mm512_storeu_si512};

/// Eight words of 64 bits.
pub type V = __m512i;

/// Lanes of a vector.
pub const LANES: usize = 8;

/// Read eight words.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn load(words: &[u64; LANES]) -> V {
    // SAFETY: the reference is to 64 bytes that may be read; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

/// Write eight words.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn store(words: &mut [u64; LANES], v: V) {
    // SAFETY: the reference is to 64 bytes that may be written; no alignment is asked for.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), v) }
}

/// Return the words of a vector.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn words(v: V) -> [u64; LANES] {
    let mut out = [0; LANES];
    store(&mut out, v);
    out
}
