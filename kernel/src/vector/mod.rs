//! The fast way: AVX-512 IFMA, eight items at once. All `unsafe` code of the crate is in here.

mod field;
#[cfg(test)]
mod field_tests;
mod hashing;
mod lanes;
mod point;
mod recoding;
mod ristretto;
mod sealing;
mod sha512;
mod sums;

use crate::path::{Path, Scalars};
use crate::refusal::Refusal;
use crate::suite::{ELEMENT, Items};
use core::arch::x86_64::__mmask8;
use curve25519_dalek::{RistrettoPoint, Scalar};
use lanes::{LANES, V, load, words};
use point::{Digits, Point, WINDOWS};
use zeroize::Zeroize;

/// Proof that this processor has the instructions.
#[derive(Clone, Copy)]
pub struct Ifma(());

/// Vectors whose roots are drawn together.
const TOGETHER: usize = 4;

impl Ifma {
    /// Return the way, where this processor has it.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512ifma");
        has.then_some(Self(()))
    }
}

/// Elements, eight by eight; the last eight are filled up.
pub struct Points {
    vectors: Vec<Point>,
    count: usize,
}

impl Path for Ifma {
    type Points = Points;

    fn hash(self, inputs: Items<'_>) -> Result<Points, Refusal> {
        if let Some(i) = inputs.too_long() {
            return Err(Refusal::Input(i));
        }
        // SAFETY: an Ifma is made only where the processor has the instructions.
        let (points, identity) = unsafe { hash(inputs) };
        match identity {
            Some(i) => Err(Refusal::Input(i)),
            None => Ok(points),
        }
    }

    fn decode(self, elements: &[u8]) -> Result<Points, Refusal> {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { decode(elements) }.map_err(Refusal::Element)
    }

    fn multiply(self, points: &Points, scalars: Scalars<'_>, out: &mut [u8]) {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { multiply(points, scalars, out) }
    }

    fn sum(self, weights: &[Scalar], points: &[Points]) -> RistrettoPoint {
        let vectors: Vec<&[Point]> = points.iter().map(|part| &part.vectors[..]).collect();
        let counts: Vec<usize> = points.iter().map(|part| part.count).collect();
        sums::weighted(weights, &vectors, &counts)
    }

    fn weights(self, seed: &[u8; 64], first: usize, c: &[u8], d: &[u8]) -> Vec<Scalar> {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { hashing::weights(seed, first, c, d) }
    }

    fn finish(self, inputs: Items<'_>, elements: &[u8], out: &mut [u8]) {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { hashing::finish(inputs, elements, out) }
    }

    fn index(self, outputs: &[u8], context: &[u8], ordinals: &[u16], out: &mut [u8]) {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { sealing::index(outputs, context, ordinals, out) }
    }

    fn seal(self, outputs: &[u8], context: &[u8], ordinals: &[u16], labels: &[u8], out: &mut [u8]) {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { sealing::seal(outputs, context, ordinals, labels, out) }
    }

    fn open(
        self,
        outputs: &[u8],
        context: &[u8],
        ordinals: &[u16],
        sealed: &[u8],
        labels: &mut [u8],
        good: &mut [bool],
    ) {
        // SAFETY: an Ifma is made only where the processor has the instructions.
        unsafe { sealing::open(outputs, context, ordinals, sealed, labels, good) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512ifma")]
fn hash(inputs: Items<'_>) -> (Points, Option<usize>) {
    let count = inputs.len();
    let expansion = hashing::Expansion::to_group();
    let mut vectors = Vec::with_capacity(count.div_ceil(LANES));
    for start in (0..count).step_by(2 * LANES) {
        let mut uniform = [[lanes::load(&[0; LANES]); 8]; 2];
        for k in 0..2 {
            let first = count.min(start + k * LANES);
            let some = inputs.part(first, count.min(first + LANES));
            uniform[k] = hashing::expand_inputs(&expansion, some);
        }
        vectors.extend(ristretto::from_uniform(&uniform));
    }
    vectors.truncate(count.div_ceil(LANES));
    let identity = first_lane(vectors.iter().map(|p| ristretto::is_identity(p)), count);
    (Points { vectors, count }, identity)
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn decode(elements: &[u8]) -> Result<Points, usize> {
    let (each, _) = elements.as_chunks::<ELEMENT>();
    let (count, mut vectors) = (each.len(), Vec::with_capacity(each.len().div_ceil(LANES)));
    let mut bad: Vec<__mmask8> = Vec::with_capacity(vectors.capacity());
    for some in each.chunks(TOGETHER * LANES) {
        let mut words = [[lanes::load(&[0; LANES]); 4]; TOGETHER];
        for (to, eight) in words.iter_mut().zip(some.chunks(LANES)) {
            let mut full = [[0; ELEMENT]; LANES];
            full[..eight.len()].copy_from_slice(eight);
            *to = gather(&full);
        }
        let (good, points) = ristretto::decode(&words);
        let used = some.len().div_ceil(LANES);
        vectors.extend_from_slice(&points[..used]);
        bad.extend((0..used).map(|k| !good[k] | ristretto::is_identity(&points[k])));
    }
    match first_lane(bad.into_iter(), count) {
        Some(i) => Err(i),
        None => Ok(Points { vectors, count }),
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply(points: &Points, scalars: Scalars<'_>, out: &mut [u8]) {
    let mut digits: Digits = [[0; LANES]; WINDOWS];
    if let Scalars::One(scalar) = scalars {
        for lane in 0..LANES {
            set_digits(&mut digits, lane, scalar);
        }
    }
    let mut halves = Vec::with_capacity(points.vectors.len());
    for (k, vector) in points.vectors.iter().enumerate() {
        if let Scalars::Each(each) = scalars {
            for (lane, scalar) in each[k * LANES..].iter().take(LANES).enumerate() {
                set_digits(&mut digits, lane, scalar);
            }
        }
        halves.push(point::multiply(vector, &digits));
    }
    digits.as_flattened_mut().zeroize();
    let encoded = ristretto::encode_doubled(&halves);
    for (eight, vectors) in out.chunks_mut(LANES * ELEMENT).zip(encoded) {
        scatter(&vectors, eight);
    }
}

/// Set the digits of half a scalar in one lane: what is multiplied is encoded doubled.
fn set_digits(digits: &mut Digits, lane: usize, scalar: &Scalar) {
    let mut half = scalar.div_by_2();
    let mut own = recoding::digits(&half);
    for (to, from) in digits.iter_mut().zip(own) {
        to[lane] = from as u64;
    }
    half.zeroize();
    own.zeroize();
}

/// Return the first lane that a mask names, of as many as count.
fn first_lane(masks: impl Iterator<Item = __mmask8>, count: usize) -> Option<usize> {
    let named = masks.enumerate().find(|(_, mask)| *mask != 0);
    named.map(|(k, mask)| k * LANES + mask.trailing_zeros() as usize).filter(|&i| i < count)
}

/// Turn eight strings of 32 bytes into four vectors of words, little-endian.
#[inline]
#[target_feature(enable = "avx512f")]
fn gather(strings: &[[u8; 32]; LANES]) -> [V; 4] {
    let mut columns = [[0; LANES]; 4];
    for (lane, string) in strings.iter().enumerate() {
        for (column, word) in columns.iter_mut().zip(string.as_chunks::<8>().0) {
            column[lane] = u64::from_le_bytes(*word);
        }
    }
    [load(&columns[0]), load(&columns[1]), load(&columns[2]), load(&columns[3])]
}

/// Turn four vectors of words into strings of 32 bytes, as many as there is room for.
#[inline]
#[target_feature(enable = "avx512f")]
fn scatter(vectors: &[V; 4], out: &mut [u8]) {
    let columns = [words(vectors[0]), words(vectors[1]), words(vectors[2]), words(vectors[3])];
    for (lane, string) in out.as_chunks_mut::<32>().0.iter_mut().enumerate() {
        for (word, column) in string.as_chunks_mut::<8>().0.iter_mut().zip(&columns) {
            *word = column[lane].to_le_bytes();
        }
    }
}
