//! Numbers in lanes against big integers.

use super::field::{
    self, D, D_MINUS_ONE_SQ, D2, Digits, Fe, INVSQRT_A_MINUS_D, MULTIPLE_OF_P, ONE_MINUS_D_SQ,
    SQRT_AD_MINUS_ONE, SQRT_M1,
};
use super::lanes::{LANES, load, words};
use num_bigint::BigUint;
use sha2::{Digest, Sha512};

const DIGIT: u64 = (1 << 52) - 1;

fn p() -> BigUint {
    (BigUint::from(1u8) << 255) - 19u8
}

fn number(digits: &[u64]) -> BigUint {
    let each = digits.iter().rev();
    each.fold(BigUint::ZERO, |above, digit| (above << 52) + BigUint::from(*digit))
}

fn digits(number: &BigUint) -> Digits {
    let mut out = [0; 5];
    for (i, digit) in out.iter_mut().enumerate() {
        *digit = u64::try_from((number >> (52 * i)) & BigUint::from(DIGIT)).unwrap();
    }
    out
}

/// Numbers that carry, wrap or vanish, and some at random; all within what an Fe may be.
fn samples() -> Vec<Digits> {
    let (one, p) = (BigUint::from(1u8), p());
    let mut out = vec![
        [DIGIT, DIGIT, DIGIT, DIGIT, (1 << 47) + (1 << 10) - 1],
        [0, 0, 0, 0, (1 << 47) + (1 << 10) - 1],
        [DIGIT, 0, DIGIT, 0, 1 << 47],
        [0, DIGIT, 0, DIGIT, 0],
    ];
    for small in 0..40u8 {
        out.push(digits(&BigUint::from(small)));
        out.push(digits(&(&p + small)));
        out.push(digits(&(&p - small)));
    }
    for bit in 0..255 {
        out.push(digits(&(&one << bit)));
    }
    for seed in 0..600u32 {
        let bytes = Sha512::digest(seed.to_le_bytes());
        out.push(digits(&(BigUint::from_bytes_le(&bytes) % (&one << 255))));
    }
    while !out.len().is_multiple_of(LANES) {
        out.push([0; 5]);
    }
    out
}

/// Put numbers into lanes, with something above their digits, as an Fe may have.
#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes(numbers: &[Digits]) -> Fe {
    let mut out = field::splat(&field::ZERO);
    for i in 0..5 {
        let above = if i < 4 { 0x5a << 52 } else { 0 };
        out.0[i] = load(&core::array::from_fn(|lane| numbers[lane][i] | above));
    }
    out
}

/// Check that what is in the lanes is right modulo p, is below 2^255 + 2^218 and has one form.
#[target_feature(enable = "avx512f,avx512ifma")]
fn check(found: &Fe, expected: &[BigUint], what: &str) {
    let canonical = field::canonical(found).map(|v| words(v));
    let whole = field::cut(found).0.map(|v| words(v));
    for (lane, expected) in expected.iter().enumerate() {
        let own: Vec<u64> = canonical.iter().map(|column| column[lane]).collect();
        assert_eq!(number(&own), expected % p(), "{what}");
        assert!(whole[4][lane] < (1 << 47) + (1 << 10), "{what}");
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn operations() {
    let (samples, p) = (samples(), p());
    let step = samples.len() / LANES;
    for shift in [0, 1, 5, step / 2] {
        for start in (0..samples.len()).step_by(LANES) {
            let from = (start + shift * LANES) % samples.len();
            let (a, b) = (&samples[start..start + LANES], &samples[from..from + LANES]);
            let (x, y) = (lanes(a), lanes(b));
            let each = |f: &dyn Fn(BigUint, BigUint) -> BigUint| -> Vec<BigUint> {
                a.iter().zip(b).map(|(a, b)| f(number(a), number(b))).collect()
            };
            check(&field::mul(&x, &y), &each(&|a, b| a * b), "product");
            check(&field::square(&x), &each(&|a, _| &a * &a), "square");
            check(&field::carry(field::square_multiple(&x)), &each(&|a, _| &a * &a), "square + p");
            check(&field::add(&x, &y), &each(&|a, b| a + b), "sum");
            check(&field::sub(&x, &y), &each(&|a, b| a + &p + &p + &p - b), "difference");
            check(&field::negate(&x), &each(&|a, _| &p + &p + &p - a), "negative");
            let (zero, negative) = (field::is_zero(&x), field::is_negative(&x));
            let whole = field::to_words(&x).map(|v| words(v));
            for (lane, a) in a.iter().enumerate() {
                let a = number(a) % &p;
                assert_eq!(zero >> lane & 1 == 1, a == BigUint::ZERO);
                assert_eq!(negative >> lane & 1 == 1, a.bit(0));
                let own: Vec<u8> = whole.iter().flat_map(|w| w[lane].to_le_bytes()).collect();
                assert_eq!(BigUint::from_bytes_le(&own), a);
            }
            let again = field::from_words(&field::to_words(&x));
            check(&again, &each(&|a, _| a), "words");
        }
    }
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn inverses_and_roots() {
    let (samples, p) = (samples(), p());
    let one = BigUint::from(1u8);
    let root_of_minus_one = number(&SQRT_M1);
    for pair in samples.chunks_exact(2 * LANES).take(30) {
        let (a, b) = pair.split_at(LANES);
        let inverses = field::invert(&[lanes(a), lanes(b)]);
        for (found, from) in inverses.iter().zip([a, b]) {
            let expected: Vec<BigUint> =
                from.iter().map(|a| number(a).modpow(&(&p - 2u8), &p)).collect();
            check(found, &expected, "inverse");
        }
        let (good, roots) = field::sqrt_ratio(&[lanes(a)], &[lanes(b)]);
        let columns = field::canonical(&roots[0]).map(|v| words(v));
        for lane in 0..LANES {
            let own: Vec<u64> = columns.iter().map(|column| column[lane]).collect();
            let (root, u, v) = (number(&own), number(&a[lane]) % &p, number(&b[lane]) % &p);
            // RFC 9496 section 4.2 says what comes of each case.
            let ratio = &u * v.modpow(&(&p - 2u8), &p) % &p;
            let is_square = ratio.modpow(&((&p - 1u8) / 2u8), &p) <= one;
            let both = is_square && (v != BigUint::ZERO || u == BigUint::ZERO);
            assert_eq!(good[0] >> lane & 1 == 1, both, "u {u} v {v}");
            assert!(!root.bit(0));
            let wanted = if is_square { ratio } else { ratio * &root_of_minus_one % &p };
            assert_eq!(&root * &root % &p, wanted, "u {u} v {v}");
        }
    }
}

#[test]
fn numbers_in_lanes_are_those_of_big_integers() {
    if super::Ifma::detect().is_some() {
        // SAFETY: the processor has the instructions.
        unsafe { operations() }
    }
}

#[test]
fn inverses_and_roots_are_those_of_big_integers() {
    if super::Ifma::detect().is_some() {
        // SAFETY: the processor has the instructions.
        unsafe { inverses_and_roots() }
    }
}

#[test]
fn constants_are_what_their_names_say() {
    let (p, one) = (p(), BigUint::from(1u8));
    let inverse = |n: u32| BigUint::from(n).modpow(&(&p - 2u8), &p);
    let d = (&p - BigUint::from(121_665u32)) * inverse(121_666) % &p;
    assert_eq!(number(&D), d);
    assert_eq!(number(&D2), &d * 2u8 % &p);
    assert_eq!(number(&SQRT_M1).pow(2) % &p, &p - 1u8);
    assert_eq!(number(&ONE_MINUS_D_SQ), (&one + &p * &p - &d * &d) % &p);
    assert_eq!(number(&D_MINUS_ONE_SQ), (&d - 1u8).pow(2) % &p);
    let a_minus_d = &p + &p - 1u8 - &d;
    assert_eq!(number(&SQRT_AD_MINUS_ONE).pow(2) % &p, &a_minus_d % &p);
    assert_eq!(number(&INVSQRT_A_MINUS_D).pow(2) * a_minus_d % &p, one);
    assert_eq!(number(&MULTIPLE_OF_P) % &p, BigUint::ZERO);
    assert!(MULTIPLE_OF_P.iter().all(|digit| *digit > 1 << 59 && digit % 2 == 0));
}
