//! Secret scalars as odd signed digits of four bits; no branch and no place depends on them.
//!
//! Joye and Tunstall: Exponent Recoding and Regular Exponentiation Algorithms, section 3.2.

use super::point::WINDOWS;
use curve25519_dalek::Scalar;
use zeroize::Zeroize;

/// The order of the group, as words of 64 bits.
const ORDER: [u64; 4] = [0x5812_631a_5cf5_d3ed, 0x14de_f9de_a2f7_9cd6, 0, 0x1000_0000_0000_0000];

/// Return the digits of an odd number that is the scalar modulo the order, the lowest first.
///
/// Of the scalar and what it lacks of the order, one is odd: its digits, or their opposites. It has 252
/// bits but for a few above 2^252, for which the last digit may be 17.
#[must_use]
pub fn digits(scalar: &Scalar) -> [i64; WINDOWS] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(scalar.as_bytes().chunks_exact(8)) {
        *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    }
    let even = (words[0] & 1).wrapping_sub(1);
    let mut below = 0;
    for (word, order) in words.iter_mut().zip(ORDER) {
        let lacks = u128::from(order).wrapping_sub(u128::from(*word) + u128::from(below));
        *word = (lacks as u64 & even) | (*word & !even);
        below = (lacks >> 127) as u64;
    }
    // A digit is its four bits and the next digit's lowest, less 16. That the lowest bit counts as
    // set here, and was counted below, makes up for the 16. The last digit has nothing to take.
    let mut out = [0; WINDOWS];
    for (i, digit) in out.iter_mut().enumerate() {
        let bit = |at: usize| (words[at / 64] >> (at % 64)) & 1;
        let four = (words[i / 16] >> (4 * (i % 16))) & 15;
        let taken = if i == WINDOWS - 1 { 0 } else { 16 };
        let own = ((four | 1) + (bit(4 * i + 4) << 4)) as i64 - taken;
        *digit = (own ^ even as i64) - even as i64;
    }
    words.zeroize();
    out
}

#[cfg(test)]
mod tests {
    use super::{ORDER, WINDOWS, digits};
    use curve25519_dalek::Scalar;
    use num_bigint::{BigInt, BigUint, Sign};

    #[test]
    fn digits_are_odd_small_and_those_of_the_scalar() {
        let order = ORDER.iter().rev().fold(BigInt::ZERO, |above, word| (above << 64) + *word);
        let edges = [0u64, 1, 2, 3, 15, 16, 17, 255, 256, u64::MAX].map(Scalar::from);
        let random =
            (1..60u64).map(|i| Scalar::from(i.wrapping_mul(0x9e37_79b9_7f4a_7c15)).invert());
        // From 2^252 on: the last digit is 17.
        let mut large = [0; 32];
        (large[0], large[31]) = (5, 16);
        let large = Scalar::from_canonical_bytes(large).unwrap();
        let all = edges.into_iter().chain(edges.map(|one| -one)).chain([large]).chain(random);
        for scalar in all {
            let own = digits(&scalar);
            assert!(own.iter().all(|digit| digit % 2 != 0 && digit.abs() <= 17));
            assert!(own[..WINDOWS - 1].iter().all(|digit| digit.abs() <= 15));
            let whole = own.iter().rev().fold(BigInt::ZERO, |above, digit| (above << 4) + *digit);
            let scalar = BigUint::from_bytes_le(scalar.as_bytes());
            let scalar = BigInt::from_biguint(Sign::Plus, scalar);
            assert_eq!((whole - scalar) % &order, BigInt::ZERO);
        }
    }
}
