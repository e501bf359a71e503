//! Sums of public multiples: Pippenger's buckets, eight of a window at once.
//!
//! Time and places depend on the weights, which are public (RFC 9497 section 2.2.1), and on nothing
//! else. Within a window buckets are filled in the order of their sizes, so that the eight that are
//! filled together need about as many steps, and their sums stay in registers.

use super::field::{D2, Fe, add, carry, cut, minus, mul, multiple, splat, sub};
use super::lanes::{LANES, V, load, words};
use super::point::{Addend, Point, addend, affine_added, double, identity, sum, sums};
use super::ristretto::encode;
use core::arch::x86_64::{_mm512_add_epi64, _mm512_i64gather_epi64, _mm512_set1_epi64};
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;

/// Words of a row, of which the first 15 are used: Y - X, Y + X, 2 d T.
const ROW: usize = 16;
/// Words of a point in one lane: four numbers of five digits.
const WORDS: usize = 20;
/// The identity as Y - X, Y + X, Z, T.
const IDENTITY: [u64; WORDS] = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// How the weights are cut into windows.
#[derive(Clone, Copy)]
struct Windows {
    bits: usize,
    /// Vectors of windows: window `lane * groups + group` is in that lane of that group.
    groups: usize,
}

impl Windows {
    /// Choose what costs least: buckets are emptied once, however many points are in them.
    fn for_count(count: usize) -> Self {
        if count < 256 { Self { bits: 5, groups: 7 } } else { Self { bits: 8, groups: 4 } }
    }

    /// Buckets of a window: a digit is at most this.
    fn buckets(self) -> usize {
        1 << (self.bits - 1)
    }

    fn count(self) -> usize {
        self.groups * LANES
    }

    /// Write a weight's digits, signed.
    fn digits(self, weight: &Scalar, out: &mut [i16]) {
        let mut wide = [0; 40];
        wide[..32].copy_from_slice(weight.as_bytes());
        let mut carry = 0;
        for (window, to) in out.iter_mut().enumerate() {
            let at = (window * self.bits).min(8 * 32);
            let four = wide[at / 8..].first_chunk().expect("40 bytes are enough");
            let bits = (u32::from_le_bytes(*four) >> (at % 8)) & ((1 << self.bits) - 1);
            let digit = bits as i16 + carry;
            carry = i16::from(digit > 1 << (self.bits - 1));
            *to = digit - (carry << self.bits);
        }
    }
}

/// Return the sum of all points times their weights. The points have Z = 1.
pub fn weighted(weights: &[Scalar], points: &[&[Point]], counts: &[usize]) -> RistrettoPoint {
    let windows = Windows::for_count(weights.len());
    let parts: Vec<Vec<[u64; ROW]>> = points
        .par_iter()
        .zip(counts)
        // SAFETY: whoever has points has the instructions.
        .map(|(part, &count)| unsafe { rows(part, count) })
        .collect();
    let mut rows = parts.concat();
    // What is added where nothing is: Y - X = Y + X = 1, T = 0.
    rows.push([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut digits = vec![0; weights.len() * windows.count()];
    digits
        .par_chunks_mut(windows.count())
        .zip(weights)
        .for_each(|(to, weight)| windows.digits(weight, to));
    let filled: Vec<Vec<[u64; WORDS]>> = (0..windows.count())
        .into_par_iter()
        // SAFETY: whoever has points has the instructions.
        .map(|window| unsafe { filled(windows, window, &digits, &rows) })
        .collect();
    let groups: Vec<Point> = (0..windows.groups)
        .into_par_iter()
        // SAFETY: whoever has points has the instructions.
        .map(|group| unsafe { emptied(windows, group, &filled) })
        .collect();
    // SAFETY: whoever has points has the instructions.
    let lanes = unsafe { joined(windows, &groups) };
    lanes.iter().rev().fold(RistrettoPoint::identity(), |total, lane| {
        let mut total = total;
        for _ in 0..windows.bits * windows.groups {
            total += total;
        }
        total + crate::dalek::decode(lane).unwrap_or_else(RistrettoPoint::identity)
    })
}

/// Return two rows for each point: the point and its negative.
#[target_feature(enable = "avx512f,avx512ifma")]
fn rows(points: &[Point], count: usize) -> Vec<[u64; ROW]> {
    let mut out = vec![[0; ROW]; 2 * LANES * points.len()];
    for (p, rows) in points.iter().zip(out.chunks_mut(2 * LANES)) {
        let (minus_, plus_) = (cut(&sub(&p.y, &p.x)), cut(&add(&p.y, &p.x)));
        let t2d = cut(&mul(&p.t, &splat(&D2)));
        let negated = cut(&carry(minus(multiple(), t2d)));
        for (k, part) in [minus_, plus_, t2d, negated].iter().enumerate() {
            for i in 0..5 {
                for (lane, word) in words(part.0[i]).into_iter().enumerate() {
                    // In the negative's row Y - X and Y + X change places.
                    match k {
                        0 => (rows[2 * lane][i], rows[2 * lane + 1][5 + i]) = (word, word),
                        1 => (rows[2 * lane][5 + i], rows[2 * lane + 1][i]) = (word, word),
                        2 => rows[2 * lane][10 + i] = word,
                        _ => rows[2 * lane + 1][10 + i] = word,
                    }
                }
            }
        }
    }
    out.truncate(2 * count);
    out
}

/// Fill the buckets of a window. The last row is the identity.
#[target_feature(enable = "avx512f,avx512ifma")]
fn filled(
    windows: Windows,
    window: usize,
    digits: &[i16],
    rows: &[[u64; ROW]],
) -> Vec<[u64; WORDS]> {
    let own = || digits.iter().skip(window).step_by(windows.count());
    let mut starts = vec![0; windows.buckets() + 2];
    for digit in own() {
        starts[usize::from(digit.unsigned_abs()) + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let (mut next, mut listed) = (starts.clone(), vec![0; rows.len() / 2]);
    for (i, digit) in own().enumerate() {
        let bucket = usize::from(digit.unsigned_abs());
        listed[next[bucket]] = 2 * i + usize::from(*digit < 0);
        next[bucket] += 1;
    }
    let size = |bucket: usize| starts[bucket + 1] - starts[bucket];
    let mut order: Vec<usize> = (1..=windows.buckets()).collect();
    order.sort_unstable_by_key(|&bucket| core::cmp::Reverse(size(bucket)));
    let mut out = vec![IDENTITY; windows.buckets()];
    for eight in order.chunks(LANES) {
        let mut held = left(&[IDENTITY; LANES]);
        for step in 0..size(eight[0]) {
            let mut at = [((rows.len() - 1) * ROW) as u64; LANES];
            for (to, &bucket) in at.iter_mut().zip(eight) {
                if step < size(bucket) {
                    *to = (listed[starts[bucket] + step] * ROW) as u64;
                }
            }
            held = sums(&affine_added(&held, &gather(rows, load(&at))));
        }
        let parts = [&held.minus, &held.plus, &held.z2, &held.t2d];
        for i in 0..WORDS {
            let column = words(parts[i / 5].0[i % 5]);
            for (lane, &bucket) in eight.iter().enumerate() {
                out[bucket - 1][i] = column[lane];
            }
        }
    }
    out
}

/// Read rows that start at these words.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn gather(rows: &[[u64; ROW]], start: V) -> [Fe; 3] {
    let base: *const i64 = rows.as_ptr().cast();
    let mut out = [Fe([start; 5]); 3];
    for i in 0..15 {
        let at = _mm512_add_epi64(start, _mm512_set1_epi64(i));
        let i = i as usize;
        // SAFETY: `filled` names starts of rows only, and a row has 16 words.
        out[i / 5].0[i % 5] = unsafe { _mm512_i64gather_epi64::<8>(at, base) };
    }
    out
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn left(lanes: &[[u64; WORDS]; LANES]) -> Addend {
    let word = |i: usize| load(&core::array::from_fn(|lane| lanes[lane][i]));
    let part = |k: usize| Fe([word(k), word(k + 1), word(k + 2), word(k + 3), word(k + 4)]);
    Addend { minus: part(0), plus: part(5), z2: part(10), t2d: part(15) }
}

/// Empty the buckets of a group of windows: each lane's sum of them, every one times its number.
#[target_feature(enable = "avx512f,avx512ifma")]
fn emptied(windows: Windows, group: usize, filled: &[Vec<[u64; WORDS]>]) -> Point {
    let (mut running, mut total) = (identity(), identity());
    for bucket in (0..windows.buckets()).rev() {
        let held =
            left(&core::array::from_fn(|lane| filled[lane * windows.groups + group][bucket]));
        // Its left side is made a right one: 2 Z, 2 d T.
        let right =
            Addend { z2: add(&held.z2, &held.z2), t2d: mul(&held.t2d, &splat(&D2)), ..held };
        running = sum(&running, &right);
        total = sum(&total, &addend(&running));
    }
    total
}

/// Join the groups: each lane's part of the sum, encoded.
#[target_feature(enable = "avx512f,avx512ifma")]
fn joined(windows: Windows, groups: &[Point]) -> [[u8; 32]; LANES] {
    let mut total = identity();
    for group in groups.iter().rev() {
        for _ in 0..windows.bits {
            total = double(&total);
        }
        total = sum(&total, &addend(group));
    }
    let mut out = [[0; 32]; LANES];
    super::scatter(&encode(&total), out.as_flattened_mut());
    out
}

#[cfg(test)]
mod tests {
    use super::{LANES, Windows};
    use curve25519_dalek::Scalar;
    use num_bigint::{BigInt, BigUint, Sign};

    #[test]
    fn windows_are_those_of_the_weight() {
        for count in [1, 1000] {
            let windows = Windows::for_count(count);
            for weight in [Scalar::ZERO, Scalar::ONE, -Scalar::ONE, -Scalar::from(7u8).invert()] {
                let mut digits = vec![0; windows.count()];
                windows.digits(&weight, &mut digits);
                assert_eq!(digits.len() % LANES, 0);
                assert!(digits.iter().all(|d| usize::from(d.unsigned_abs()) <= windows.buckets()));
                let shifted = |above: BigInt, digit: &i16| (above << windows.bits) + *digit;
                let whole = digits.iter().rev().fold(BigInt::ZERO, shifted);
                let weight = BigUint::from_bytes_le(weight.as_bytes());
                assert_eq!(whole, BigInt::from_biguint(Sign::Plus, weight));
            }
        }
    }
}
