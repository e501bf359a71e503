//! Sums of public multiples: Pippenger's buckets, with a window of the weights in every lane.
//!
//! A point is in all lanes; each lane adds it to the bucket that its own window names. Time and
//! places depend on the weights, which are public (RFC 9497 section 2.2.1), and on nothing else.

use super::field::{D2, Fe, add, carry, cut, minus, mul, multiple, splat, sub};
use super::lanes::{LANES, V, load, words};
use super::point::{Addend, Point, addend, affine_added, double, identity, sum, sums};
use super::ristretto::encode;
use core::arch::x86_64::{
    _mm512_abs_epi64, _mm512_add_epi64, _mm512_cmplt_epi64_mask, _mm512_i64gather_epi64,
    _mm512_i64scatter_epi64, _mm512_set_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_slli_epi64,
};
use curve25519_dalek::traits::Identity;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;

/// Words of a bucket in one lane: four numbers of five digits.
const WORDS: usize = 20;

/// Points ready to be added, each word of one after the other: Y - X, Y + X, 2 d T, -2 d T.
struct Ready([[u64; WORDS]; LANES]);

/// How the weights are cut into windows.
#[derive(Clone, Copy)]
struct Windows {
    bits: usize,
    /// Vectors of windows: window `lane * groups + group` is in that lane of that group.
    groups: usize,
}

impl Windows {
    /// Choose what costs least: buckets are emptied once, whatever is in them.
    fn for_count(count: usize) -> Self {
        if count < 256 { Self { bits: 5, groups: 7 } } else { Self { bits: 8, groups: 4 } }
    }

    fn buckets(self) -> usize {
        (1 << (self.bits - 1)) + 1
    }

    /// Return a weight's digits, signed, by group and lane.
    #[allow(clippy::cast_possible_wrap)] // a digit has nine bits at most
    fn digits(self, weight: &Scalar) -> Vec<i64> {
        let mut out = vec![0; self.groups * LANES];
        let bytes = weight.as_bytes();
        let mut carry = 0;
        for window in 0..self.groups * LANES {
            let mut digit = carry;
            for bit in 0..self.bits {
                let at = window * self.bits + bit;
                if at < 256 {
                    digit += i64::from((bytes[at / 8] >> (at % 8)) & 1) << bit;
                }
            }
            carry = i64::from(digit > 1 << (self.bits - 1));
            digit -= carry << self.bits;
            out[(window % self.groups) * LANES + window / self.groups] = digit;
        }
        out
    }
}

/// Return the sum of all points times their weights. The points have Z = 1.
pub fn weighted(weights: &[Scalar], points: &[&[Point]], counts: &[usize]) -> RistrettoPoint {
    let windows = Windows::for_count(weights.len());
    let ready: Vec<[u64; WORDS]> = points
        .par_iter()
        .zip(counts)
        // SAFETY: whoever has points has the instructions.
        .flat_map_iter(|(part, &count)| {
            let each = part.iter().flat_map(|p| unsafe { ready(p) }.0);
            each.take(count).collect::<Vec<_>>()
        })
        .collect();
    let digits: Vec<Vec<i64>> = weights.par_iter().map(|one| windows.digits(one)).collect();
    let groups: Vec<Point> = (0..windows.groups)
        .into_par_iter()
        // SAFETY: whoever has points has the instructions.
        .map(|group| unsafe { filled(windows, group, &digits, &ready) })
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

#[target_feature(enable = "avx512f,avx512ifma")]
fn ready(p: &Point) -> Ready {
    let t2d = mul(&p.t, &splat(&D2));
    let parts = [
        cut(&sub(&p.y, &p.x)),
        cut(&add(&p.y, &p.x)),
        cut(&t2d),
        cut(&carry(minus(multiple(), cut(&t2d)))),
    ];
    let mut out = [[0; WORDS]; LANES];
    for (k, part) in parts.iter().enumerate() {
        for i in 0..5 {
            for (lane, word) in words(part.0[i]).into_iter().enumerate() {
                out[lane][5 * k + i] = word;
            }
        }
    }
    Ready(out)
}

/// Fill the buckets of a group, and return each lane's sum of them, every one times its number.
#[target_feature(enable = "avx512f,avx512ifma")]
fn filled(windows: Windows, group: usize, digits: &[Vec<i64>], points: &[[u64; WORDS]]) -> Point {
    let mut buckets = Buckets::new(windows.buckets());
    for (digits, point) in digits.iter().zip(points) {
        let own: &[i64; LANES] = digits[group * LANES..].first_chunk().expect("a whole group");
        let [a, b, c, d, e, f, g, h] = *own;
        buckets.add(_mm512_set_epi64(h, g, f, e, d, c, b, a), point);
    }
    let (mut running, mut total) = (identity(), identity());
    for number in (1..windows.buckets()).rev() {
        running = sum(&running, &buckets.take(number));
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

/// Buckets of eight lanes: number, then word, then lane.
struct Buckets(Vec<[[u64; LANES]; WORDS]>);

impl Buckets {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(count: usize) -> Self {
        let mut empty = [[0; LANES]; WORDS];
        // The identity as Y - X, Y + X, Z, T.
        (empty[0], empty[5], empty[10]) = ([1; LANES], [1; LANES], [1; LANES]);
        Self(vec![empty; count])
    }

    /// Add a point to the bucket that each lane's digit names, or take it away where it is negative.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn add(&mut self, digits: V, point: &[u64; WORDS]) {
        let number = _mm512_abs_epi64(digits);
        let negative = _mm512_cmplt_epi64_mask(digits, _mm512_setzero_si512());
        // Number times 160 words, and the lane.
        let lanes = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
        let start =
            _mm512_add_epi64(_mm512_slli_epi64::<7>(number), _mm512_slli_epi64::<5>(number));
        let start = _mm512_add_epi64(start, lanes);
        let held = self.gather(start);
        let sums = sums(&affine_added(&held, negative, point));
        self.scatter(start, &sums);
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn gather(&self, start: V) -> Addend {
        let base: *const i64 = self.0.as_ptr().cast();
        let mut out = [[_mm512_setzero_si512(); 5]; 4];
        for i in 0..WORDS {
            let at = _mm512_add_epi64(start, _mm512_set1_epi64((i * LANES) as i64));
            // SAFETY: a digit names one of the buckets (`Windows::digits`), so every lane reads one
            // of its words.
            out[i / 5][i % 5] = unsafe { _mm512_i64gather_epi64::<8>(at, base) };
        }
        let [minus, plus, z2, t2d] = out.map(Fe);
        Addend { minus, plus, z2, t2d }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn scatter(&mut self, start: V, p: &Addend) {
        let base: *mut i64 = self.0.as_mut_ptr().cast();
        let parts = [&p.minus, &p.plus, &p.z2, &p.t2d];
        for i in 0..WORDS {
            let at = _mm512_add_epi64(start, _mm512_set1_epi64((i * LANES) as i64));
            // SAFETY: as in `gather`; lanes never share a word, and the buckets are borrowed for writing.
            unsafe { _mm512_i64scatter_epi64::<8>(base, at, parts[i / 5].0[i % 5]) }
        }
    }

    /// Return a bucket's points as an addend.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn take(&self, number: usize) -> Addend {
        let word = |i: usize| load(&self.0[number][i]);
        let part = |k: usize| Fe([word(k), word(k + 1), word(k + 2), word(k + 3), word(k + 4)]);
        let (z, t) = (part(10), part(15));
        Addend { minus: part(0), plus: part(5), z2: add(&z, &z), t2d: mul(&t, &splat(&D2)) }
    }
}
