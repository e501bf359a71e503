//! Arithmetic modulo p = 2^255 - 19 on eight numbers at once, with AVX-512 IFMA.
//!
//! A number is five digits of 52 bits, as wide as the instruction multiplies. It ignores what stands
//! above them, so digits need not be cut where nothing but products is made of them. 2^260 = 608
//! modulo p folds the upper half of a product back; 2^255 = 19 what is left above the top.

use super::lanes::V;
use core::arch::x86_64::{
    __mmask8, _mm512_add_epi64, _mm512_and_si512, _mm512_cmpeq_epi64_mask, _mm512_madd52hi_epu64,
    _mm512_madd52lo_epu64, _mm512_mask_blend_epi64, _mm512_mask_sub_epi64, _mm512_or_si512,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_slli_epi64, _mm512_srli_epi64,
    _mm512_sub_epi64, _mm512_test_epi64_mask,
};

/// Digits of 52 bits, the lowest first.
pub type Digits = [u64; 5];

/// Eight numbers, each below 2^255 + 2^218.
///
/// The low 52 bits of every element are the digit; what stands above means nothing, except in the
/// top one, which is below 2^47 + 2^10.
#[derive(Clone, Copy)]
pub struct Fe(pub [V; 5]);

/// Eight sums: every element counts whole, and none is 2^63 or more.
#[derive(Clone, Copy)]
pub struct Sum(pub [V; 5]);

pub const ZERO: Digits = [0; 5];
pub const ONE: Digits = [1, 0, 0, 0, 0];
pub const D: Digits =
    [0xb4dca135978a3, 0x4d4141d8ab75e, 0x779e89800700a, 0xfe738cc740797, 0x052036cee2b6f];
pub const D2: Digits =
    [0x69b9426b2f159, 0x9a8283b156ebd, 0xef3d13000e014, 0xfce7198e80f2e, 0x02406d9dc56df];
pub const SQRT_M1: Digits =
    [0xe1b274a0ea0b0, 0x06ad2fe478c4e, 0xdfbd7a72f4318, 0xdf0b2b4d00993, 0x02b8324804fc1];
pub const ONE_MINUS_D_SQ: Digits =
    [0xc09c1945fc176, 0x38cd5e350fe27, 0xe70dfe42c81a1, 0xe0d79994abddb, 0x0029072a8b2b3];
pub const D_MINUS_ONE_SQ: Digits =
    [0xd5aaa44ed4d20, 0x2cb01e199931a, 0x29b4eebd29e4a, 0x22414cdcd32f5, 0x05968b37af66c];
pub const SQRT_AD_MINUS_ONE: Digits =
    [0x7f6a0497b2e1b, 0x0c1b7854bd7e9, 0x1f5d1fdaf9d8e, 0x48ac0f3cfcc93, 0x0376931bf2b83];
pub const INVSQRT_A_MINUS_D: Digits =
    [0x8fdaa805d40ea, 0x175a4172be99c, 0xe01d8409d2f16, 0xfca216c27b91f, 0x0786c8905cfaf];

/// A multiple of p without small digits: added first, it keeps differences from going below zero.
pub const MULTIPLE_OF_P: Digits = [
    0x0fff_ffff_fffd_a000,
    0x0fff_ffff_ffff_ff00,
    0x0fff_ffff_ffff_ff00,
    0x0fff_ffff_ffff_ff00,
    0x0fff_ffff_ffff_ff00,
];

const DIGIT: i64 = (1 << 52) - 1;
const TOP: i64 = (1 << 47) - 1;

/// Return one number in all lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn splat(digits: &Digits) -> Fe {
    let mut out = [_mm512_setzero_si512(); 5];
    for i in 0..5 {
        out[i] = _mm512_set1_epi64(digits[i] as i64);
    }
    Fe(out)
}

/// Where sums start that products are added to.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn nothing() -> Sum {
    Sum([_mm512_setzero_si512(); 5])
}

/// Where sums start that products are subtracted from: zero, as a large multiple of p.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn multiple() -> Sum {
    Sum(splat(&MULTIPLE_OF_P).0)
}

/// Return `start` + a * b, without carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn mul_onto(start: Sum, a: &Fe, b: &Fe) -> Sum {
    let (a, b) = (&a.0, &b.0);
    let mut z = [_mm512_setzero_si512(); 10];
    z[..5].copy_from_slice(&start.0);
    for i in 0..5 {
        for j in 0..5 {
            z[i + j] = _mm512_madd52lo_epu64(z[i + j], a[i], b[j]);
        }
        for j in 0..5 {
            z[i + j + 1] = _mm512_madd52hi_epu64(z[i + j + 1], a[i], b[j]);
        }
    }
    fold(z)
}

/// Return a * a, without carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square_sum(a: &Fe) -> Sum {
    square_from([_mm512_setzero_si512(); 5], a)
}

/// Return `multiple()` + a * a, without carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square_multiple(a: &Fe) -> Sum {
    // Half of it is doubled with what is added to it.
    let half = MULTIPLE_OF_P.map(|digit| digit / 2);
    square_from(splat(&half).0, a)
}

/// Return 2 `half` + a * a, without carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn square_from(half: [V; 5], a: &Fe) -> Sum {
    let a = &a.0;
    let mut z = [_mm512_setzero_si512(); 10];
    z[..5].copy_from_slice(&half);
    for i in 0..3 {
        for j in i + 1..4 {
            z[i + j] = _mm512_madd52lo_epu64(z[i + j], a[i], a[j]);
        }
        for j in i + 1..4 {
            z[i + j + 1] = _mm512_madd52hi_epu64(z[i + j + 1], a[i], a[j]);
        }
    }
    for k in 0..7 {
        z[k] = _mm512_add_epi64(z[k], z[k]);
    }
    // The top digit has room to be doubled itself.
    let top = _mm512_add_epi64(a[4], a[4]);
    for i in 0..4 {
        z[i + 4] = _mm512_madd52lo_epu64(z[i + 4], a[i], top);
        z[i + 5] = _mm512_madd52hi_epu64(z[i + 5], a[i], top);
    }
    for i in 0..5 {
        z[2 * i] = _mm512_madd52lo_epu64(z[2 * i], a[i], a[i]);
        z[2 * i + 1] = _mm512_madd52hi_epu64(z[2 * i + 1], a[i], a[i]);
    }
    fold(z)
}

/// Fold the upper five of ten digits onto the lower ones: 2^260 is 608.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn fold(mut z: [V; 10]) -> Sum {
    let factor = _mm512_set1_epi64(608);
    for k in 5..9 {
        z[k + 1] = _mm512_add_epi64(z[k + 1], _mm512_srli_epi64::<52>(z[k]));
    }
    for k in 0..5 {
        z[k] = _mm512_madd52lo_epu64(z[k], z[k + 5], factor);
    }
    // z[9] is below 2^43 / 2^0.5, so 608 times it has no upper half.
    for k in 0..4 {
        z[k + 1] = _mm512_madd52hi_epu64(z[k + 1], z[k + 5], factor);
    }
    Sum([z[0], z[1], z[2], z[3], z[4]])
}

/// Carry, and fold what is above 2^255 back.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn carry(sum: Sum) -> Fe {
    let mut r = sum.0;
    let above = _mm512_srli_epi64::<47>(r[4]);
    r[4] = _mm512_and_si512(r[4], _mm512_set1_epi64(TOP));
    r[0] = _mm512_madd52lo_epu64(r[0], above, _mm512_set1_epi64(19));
    for i in 0..4 {
        r[i + 1] = _mm512_add_epi64(r[i + 1], _mm512_srli_epi64::<52>(r[i]));
    }
    Fe(r)
}

/// Return a * b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn mul(a: &Fe, b: &Fe) -> Fe {
    carry(mul_onto(nothing(), a, b))
}

/// Return a * a.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn square(a: &Fe) -> Fe {
    carry(square_sum(a))
}

/// Cut the digits off where they end, so that sums can be made of them.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn cut(a: &Fe) -> Sum {
    let mut r = a.0;
    for i in 0..4 {
        r[i] = _mm512_and_si512(r[i], _mm512_set1_epi64(DIGIT));
    }
    Sum(r)
}

/// Return a + b, without carrying.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn plus(a: Sum, b: Sum) -> Sum {
    let mut r = a.0;
    for i in 0..5 {
        r[i] = _mm512_add_epi64(r[i], b.0[i]);
    }
    Sum(r)
}

/// Return a - b, without carrying: a is at least b in every element.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn minus(a: Sum, b: Sum) -> Sum {
    let mut r = a.0;
    for i in 0..5 {
        r[i] = _mm512_sub_epi64(r[i], b.0[i]);
    }
    Sum(r)
}

/// Return -a in the lanes of the mask, below zero, and a in the others. Only what is larger may be added
/// or subtracted then.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn opposite(mask: __mmask8, a: Sum) -> Sum {
    let mut r = a.0;
    for i in 0..5 {
        r[i] = _mm512_mask_sub_epi64(r[i], mask, _mm512_setzero_si512(), r[i]);
    }
    Sum(r)
}

/// Return a + b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn add(a: &Fe, b: &Fe) -> Fe {
    carry(plus(cut(a), cut(b)))
}

/// Return a - b.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sub(a: &Fe, b: &Fe) -> Fe {
    carry(minus(plus(multiple(), cut(a)), cut(b)))
}

/// Return -a.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn negate(a: &Fe) -> Fe {
    carry(minus(multiple(), cut(a)))
}

/// Return b in the lanes of the mask, a in the others.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn choose(mask: __mmask8, a: &Fe, b: &Fe) -> Fe {
    let mut r = a.0;
    for i in 0..5 {
        r[i] = _mm512_mask_blend_epi64(mask, a.0[i], b.0[i]);
    }
    Fe(r)
}

/// Return the one representative below p, digits cut.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn canonical(a: &Fe) -> [V; 5] {
    let mut r = cut(a).0;
    // The number is below 2 p, so it is past p exactly if adding 19 reaches 2^255.
    let mut over = _mm512_add_epi64(r[0], _mm512_set1_epi64(19));
    for i in 1..5 {
        over = _mm512_add_epi64(r[i], _mm512_srli_epi64::<52>(over));
    }
    let past = _mm512_srli_epi64::<47>(over);
    r[0] = _mm512_madd52lo_epu64(r[0], past, _mm512_set1_epi64(19));
    for i in 0..4 {
        r[i + 1] = _mm512_add_epi64(r[i + 1], _mm512_srli_epi64::<52>(r[i]));
        r[i] = _mm512_and_si512(r[i], _mm512_set1_epi64(DIGIT));
    }
    r[4] = _mm512_and_si512(r[4], _mm512_set1_epi64(TOP));
    r
}

/// Tell in which lanes the number is zero.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn is_zero(a: &Fe) -> __mmask8 {
    let r = canonical(a);
    let low = _mm512_or_si512(_mm512_or_si512(r[0], r[1]), _mm512_or_si512(r[2], r[3]));
    _mm512_cmpeq_epi64_mask(_mm512_or_si512(low, r[4]), _mm512_setzero_si512())
}

/// Tell in which lanes the number is negative, that is odd (RFC 9496 section 4.1).
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn is_negative(a: &Fe) -> __mmask8 {
    _mm512_test_epi64_mask(canonical(a)[0], _mm512_set1_epi64(1))
}

/// Return the one of a and -a that is not negative.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn absolute(a: &Fe) -> Fe {
    choose(is_negative(a), a, &negate(a))
}

/// Read 32 bytes a lane, as four words, little-endian; all 256 bits count.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn from_words(w: &[V; 4]) -> Fe {
    let digit = _mm512_set1_epi64(DIGIT);
    let joined = |low: V, high: V| _mm512_and_si512(_mm512_or_si512(low, high), digit);
    Fe([
        _mm512_and_si512(w[0], digit),
        joined(_mm512_srli_epi64::<52>(w[0]), _mm512_slli_epi64::<12>(w[1])),
        joined(_mm512_srli_epi64::<40>(w[1]), _mm512_slli_epi64::<24>(w[2])),
        joined(_mm512_srli_epi64::<28>(w[2]), _mm512_slli_epi64::<36>(w[3])),
        _mm512_srli_epi64::<16>(w[3]),
    ])
}

/// Write 32 bytes a lane, as four words, little-endian.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn to_words(a: &Fe) -> [V; 4] {
    let r = canonical(a);
    let joined = |low: V, high: V| _mm512_or_si512(low, high);
    [
        joined(r[0], _mm512_slli_epi64::<52>(r[1])),
        joined(_mm512_srli_epi64::<12>(r[1]), _mm512_slli_epi64::<40>(r[2])),
        joined(_mm512_srli_epi64::<24>(r[2]), _mm512_slli_epi64::<28>(r[3])),
        joined(_mm512_srli_epi64::<36>(r[3]), _mm512_slli_epi64::<16>(r[4])),
    ]
}

/// Square each of some numbers `times` times. Together, since one alone waits for itself.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
fn squares<const N: usize>(a: &[Fe; N], times: usize) -> [Fe; N] {
    let mut r = *a;
    for _ in 0..times {
        for one in &mut r {
            *one = square(one);
        }
    }
    r
}

#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
fn products<const N: usize>(a: &[Fe; N], b: &[Fe; N]) -> [Fe; N] {
    let mut r = *a;
    for i in 0..N {
        r[i] = mul(&a[i], &b[i]);
    }
    r
}

/// Return a^(2^250 - 1) and a^11: what both exponentiations have in common.
#[target_feature(enable = "avx512f,avx512ifma")]
fn pow_common<const N: usize>(a: &[Fe; N]) -> ([Fe; N], [Fe; N]) {
    let two = squares(a, 1);
    let nine = products(&squares(&two, 2), a);
    let eleven = products(&nine, &two);
    // In the following n is 2^n - 1.
    let n5 = products(&squares(&eleven, 1), &nine);
    let n10 = products(&squares(&n5, 5), &n5);
    let n20 = products(&squares(&n10, 10), &n10);
    let n40 = products(&squares(&n20, 20), &n20);
    let n50 = products(&squares(&n40, 10), &n10);
    let n100 = products(&squares(&n50, 50), &n50);
    let n200 = products(&squares(&n100, 100), &n100);
    (products(&squares(&n200, 50), &n50), eleven)
}

/// Return 1 / a; zero for zero.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn invert<const N: usize>(a: &[Fe; N]) -> [Fe; N] {
    let (n250, eleven) = pow_common(a);
    products(&squares(&n250, 5), &eleven)
}

/// `SQRT_RATIO_M1` (RFC 9496 section 4.2): whether u / v is a square, and the root of it, or of
/// i * u / v where it is none.
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn sqrt_ratio<const N: usize>(u: &[Fe; N], v: &[Fe; N]) -> ([__mmask8; N], [Fe; N]) {
    let (mut base, mut r) = (*u, *u);
    for i in 0..N {
        let v2 = square(&v[i]);
        r[i] = mul(&mul(&v2, &v[i]), &u[i]);
        base[i] = mul(&r[i], &square(&v2)); // u v^3 v^4
    }
    let (n250, _) = pow_common(&base);
    let power = products(&squares(&n250, 2), &base);
    let (mut good, i) = ([0; N], splat(&SQRT_M1));
    for k in 0..N {
        let root = mul(&r[k], &power[k]);
        let check = mul(&v[k], &square(&root));
        let correct = is_zero(&sub(&check, &u[k]));
        let flipped = is_zero(&add(&check, &u[k]));
        let flipped_i = is_zero(&add(&check, &mul(&u[k], &i)));
        r[k] = absolute(&choose(flipped | flipped_i, &root, &mul(&root, &i)));
        good[k] = correct | flipped;
    }
    (good, r)
}
