//! Points of the curve -x^2 + y^2 = 1 + d x^2 y^2, eight at once, and their secret multiples.
//!
//! Extended coordinates and complete formulas (Hisil, Wong, Carter, Dawson: Twisted Edwards Curves
//! Revisited, section 3.1 and 4). Multiples take windows of four bits with odd signed digits, so that no
//! digit is zero, and read the whole table for every digit.

use super::field::{
    D2, Fe, ONE, Sum, ZERO, add, carry, choose, cut, minus, mul, mul_onto, multiple, nothing,
    opposite, plus, splat, square_multiple, square_sum, sub,
};
use super::lanes::{LANES, V, load};
use core::arch::x86_64::{
    __mmask8, _mm512_abs_epi64, _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_srli_epi64,
};

/// Points (X : Y : Z : T), with x = X / Z, y = Y / Z and T = X Y / Z.
#[derive(Clone, Copy)]
pub struct Point {
    pub x: Fe,
    pub y: Fe,
    pub z: Fe,
    pub t: Fe,
}

/// Points without T, which doubling does not need.
#[derive(Clone, Copy)]
pub struct Projective {
    pub x: Fe,
    pub y: Fe,
    pub z: Fe,
}

/// What is added: Y - X, Y + X, 2 Z, 2 d T.
#[derive(Clone, Copy)]
pub struct Addend {
    pub minus: Fe,
    pub plus: Fe,
    pub z2: Fe,
    pub t2d: Fe,
}

/// What an addition or doubling comes to: x = e / g, y = h / f.
pub struct Quotients {
    e: Fe,
    f: Fe,
    g: Fe,
    h: Fe,
}

/// Digits of a window.
pub const WINDOW: usize = 4;
/// Windows of a scalar.
pub const WINDOWS: usize = 63;

/// The digits of eight scalars, the lowest first: all odd, from -15 to 15, the last one to 17.
pub type Digits = [[u64; LANES]; WINDOWS];

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn doubled(x: &Fe, y: &Fe, z: &Fe) -> Quotients {
    let a = square_sum(x);
    let b = square_multiple(y);
    let c = square_multiple(z);
    let xy = mul_onto(nothing(), x, y);
    let g = minus(b, a);
    Quotients {
        e: carry(plus(xy, xy)),
        f: carry(minus(plus(c, c), g)),
        g: carry(g),
        h: carry(plus(a, b)),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn projective(q: &Quotients) -> Projective {
    Projective { x: mul(&q.e, &q.f), y: mul(&q.g, &q.h), z: mul(&q.f, &q.g) }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn extended(q: &Quotients) -> Point {
    let Projective { x, y, z } = projective(q);
    Point { x, y, z, t: mul(&q.e, &q.h) }
}

/// Return the left side of an addition: Y - X, Y + X, Z, T.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sums(q: &Quotients) -> Addend {
    let x = mul_onto(nothing(), &q.e, &q.f);
    let y = mul_onto(multiple(), &q.g, &q.h);
    Addend {
        minus: carry(minus(y, x)),
        plus: carry(plus(y, x)),
        z2: mul(&q.f, &q.g),
        t2d: mul(&q.e, &q.h),
    }
}

/// What the four products of an addition come to.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn sum_of(a: Sum, b: Sum, c: Sum, d: Sum) -> Quotients {
    Quotients {
        e: carry(minus(b, a)),
        f: carry(minus(d, c)),
        g: carry(plus(d, c)),
        h: carry(plus(b, a)),
    }
}

/// Add where the left side is given as Y - X, Y + X, Z, T.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn added(p: &Addend, q: &Addend) -> Quotients {
    added_signed(p, q, 0)
}

/// Add, or, in the lanes of the mask, take away what has Y - X and Y + X exchanged already.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn added_signed(p: &Addend, q: &Addend, negative: __mmask8) -> Quotients {
    let a = mul_onto(nothing(), &p.minus, &q.minus);
    let b = mul_onto(multiple(), &p.plus, &q.plus);
    let c = mul_onto(nothing(), &p.t2d, &q.t2d);
    let d = mul_onto(multiple(), &p.z2, &q.z2);
    sum_of(a, b, opposite(negative, c), d)
}

/// Add where the left side is given as in `added`, and the right one as Y - X, Y + X and 2 d T with
/// Z = 1.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn affine_added(p: &Addend, q: &[Fe; 3]) -> Quotients {
    let a = mul_onto(nothing(), &p.minus, &q[0]);
    let b = mul_onto(multiple(), &p.plus, &q[1]);
    let c = mul_onto(nothing(), &p.t2d, &q[2]);
    let z = cut(&p.z2);
    let d = plus(multiple(), plus(z, z));
    sum_of(a, b, c, d)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn left(p: &Point) -> Addend {
    Addend { minus: sub(&p.y, &p.x), plus: add(&p.y, &p.x), z2: p.z, t2d: p.t }
}

/// Make an addend of points.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn addend(p: &Point) -> Addend {
    Addend {
        minus: sub(&p.y, &p.x),
        plus: add(&p.y, &p.x),
        z2: add(&p.z, &p.z),
        t2d: mul(&p.t, &splat(&D2)),
    }
}

/// Return p + q.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sum(p: &Point, q: &Addend) -> Point {
    extended(&added(&left(p), q))
}

/// Return 2 p.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn double(p: &Point) -> Point {
    extended(&doubled(&p.x, &p.y, &p.z))
}

/// Return the first odd multiples of points, to 17 of them.
#[target_feature(enable = "avx512f,avx512ifma")]
fn odd_multiples(p: &Point) -> [Addend; 9] {
    let step = addend(&double(p));
    let mut last = *p;
    let mut out = [addend(p); 9];
    for one in out.iter_mut().skip(1) {
        last = sum(&last, &step);
        *one = addend(&last);
    }
    out
}

/// Read the table's entry for each lane's digit, and all others as well. Where the digit is negative,
/// Y - X and Y + X are exchanged, and the mask says so.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn select<const N: usize>(table: &[Addend; N], digits: V) -> (Addend, __mmask8) {
    let place = _mm512_srli_epi64::<1>(_mm512_abs_epi64(digits));
    let mut found = table[0];
    for k in 1..N {
        let here = _mm512_cmpeq_epi64_mask(place, _mm512_set1_epi64(k as i64));
        let one = &table[k];
        found.minus = choose(here, &found.minus, &one.minus);
        found.plus = choose(here, &found.plus, &one.plus);
        found.z2 = choose(here, &found.z2, &one.z2);
        found.t2d = choose(here, &found.t2d, &one.t2d);
    }
    let negative = _mm512_cmplt_epi64_mask(digits, _mm512_setzero_si512());
    let exchanged = Addend {
        minus: choose(negative, &found.minus, &found.plus),
        plus: choose(negative, &found.plus, &found.minus),
        ..found
    };
    (exchanged, negative)
}

/// Multiply points by secret scalars, given by their digits.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiply(p: &Point, digits: &Digits) -> Projective {
    let table = odd_multiples(p);
    let (top, _) = select(&table, load(&digits[WINDOWS - 1]));
    // (2 X : 2 Y : 2 Z) is the same point, and there is no T in the addend to take over.
    let mut q =
        Projective { x: sub(&top.plus, &top.minus), y: add(&top.plus, &top.minus), z: top.z2 };
    let table: &[Addend; 8] = table.first_chunk().expect("nine");
    for window in digits[..WINDOWS - 1].iter().rev() {
        for _ in 0..WINDOW - 1 {
            q = projective(&doubled(&q.x, &q.y, &q.z));
        }
        let (one, negative) = select(table, load(window));
        q = projective(&added_signed(&sums(&doubled(&q.x, &q.y, &q.z)), &one, negative));
    }
    q
}

/// The identity in all lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn identity() -> Point {
    Point { x: splat(&ZERO), y: splat(&ONE), z: splat(&ONE), t: splat(&ZERO) }
}
