//! All ways give the same bytes.

use comity_kernel::dalek::Dalek;
use comity_kernel::path::{Path, Scalars};
use comity_kernel::suite::Items;
use comity_kernel::vector::Ifma;
use curve25519_dalek::Scalar;
use sha2::{Digest, Sha512};

fn scalar(seed: u64) -> Scalar {
    let wide: [u8; 64] = Sha512::digest(seed.to_le_bytes()).into();
    Scalar::from_bytes_mod_order_wide(&wide)
}

#[test]
fn hashing_and_multiplying() {
    let Some(ifma) = Ifma::detect() else { return };
    let data: Vec<u8> = (0..4000u32).flat_map(u32::to_le_bytes).collect();
    let ends: Vec<u64> = (1..=997).map(|i| i * 7).collect();
    let inputs = Items::new(&data, &ends).unwrap();
    let (fast, slow) = (ifma.hash(inputs).unwrap(), Dalek.hash(inputs).unwrap());
    let scalars: Vec<Scalar> = (0..997).map(scalar).collect();
    for given in [Scalars::One(&Scalar::ONE), Scalars::One(&scalars[0]), Scalars::Each(&scalars)] {
        let (mut a, mut b) = (vec![0; 997 * 32], vec![0; 997 * 32]);
        ifma.multiply(&fast, given, &mut a);
        Dalek.multiply(&slow, given, &mut b);
        assert!(a == b);
        let (c, d) = (ifma.decode(&a).unwrap(), Dalek.decode(&a).unwrap());
        ifma.multiply(&c, given, &mut a);
        Dalek.multiply(&d, given, &mut b);
        assert!(a == b);
    }
}

#[test]
fn hashes_and_entries() {
    let Some(ifma) = Ifma::detect() else { return };
    // Inputs of every length up to 400: one block, two, four.
    let data: Vec<u8> = (0..30_000u32).flat_map(u32::to_le_bytes).collect();
    let ends: Vec<u64> = (0..400u64)
        .scan(0, |end, size| {
            *end += size;
            Some(*end)
        })
        .collect();
    let inputs = Items::new(&data, &ends).unwrap();
    let n = ends.len();
    let (mut fast, mut slow) = (vec![0; n * 64], vec![0; n * 64]);
    ifma.finish(inputs, &data[..n * 32], &mut fast);
    Dalek.finish(inputs, &data[..n * 32], &mut slow);
    assert!(fast == slow);
    let one = Scalars::One(&Scalar::ONE);
    ifma.multiply(&ifma.hash(inputs).unwrap(), one, &mut fast[..n * 32]);
    Dalek.multiply(&Dalek.hash(inputs).unwrap(), one, &mut slow[..n * 32]);
    assert!(fast == slow);
    let (c, d) = (&data[..n * 32], &data[64..64 + n * 32]);
    assert_eq!(ifma.weights(&[3; 64], 500, c, d), Dalek.weights(&[3; 64], 500, c, d));

    let outputs = &data[..n * 64];
    let labels = &data[13..13 + n * 32];
    let ordinals: Vec<u16> = (0..n).map(|i| (i * 163) as u16).collect();
    let (mut fast, mut slow) = (vec![0; n * 58], vec![0; n * 58]);
    ifma.seal(outputs, &[5; 32], &ordinals, labels, &mut fast);
    Dalek.seal(outputs, &[5; 32], &ordinals, labels, &mut slow);
    assert!(fast == slow);
    let (mut found, mut same) = (vec![0; n * 10], vec![0; n * 10]);
    ifma.index(outputs, &[5; 32], &ordinals, &mut found);
    Dalek.index(outputs, &[5; 32], &ordinals, &mut same);
    assert!(found == same);
    let mut sealed: Vec<u8> = fast.chunks(58).flat_map(|entry| entry[10..].to_vec()).collect();
    sealed[48 * 5] ^= 1;
    sealed[48 * 9 + 47] ^= 128;
    let (mut opened, mut good) = (vec![0; n * 32], vec![true; n]);
    ifma.open(outputs, &[5; 32], &ordinals, &sealed, &mut opened, &mut good);
    for i in 0..n {
        assert_eq!(good[i], i != 5 && i != 9);
        assert!(!good[i] || opened[i * 32..][..32] == labels[i * 32..][..32]);
    }
}

#[test]
fn sums() {
    let Some(ifma) = Ifma::detect() else { return };
    for count in [1usize, 7, 8, 9, 200, 300, 1000] {
        let data: Vec<u8> = (0..count as u32).flat_map(u32::to_le_bytes).collect();
        let ends: Vec<u64> = (1..=count as u64).map(|i| i * 4).collect();
        let inputs = Items::new(&data, &ends).unwrap();
        let mut elements = vec![0; count * 32];
        let hashed = Dalek.hash(inputs).unwrap();
        Dalek.multiply(&hashed, Scalars::One(&Scalar::ONE), &mut elements);
        let mut weights: Vec<Scalar> = (0..count as u64).map(scalar).collect();
        weights[0] = -Scalar::ONE;
        let parts = elements.chunks(96);
        let fast: Vec<_> = parts.clone().map(|part| ifma.decode(part).unwrap()).collect();
        let slow: Vec<_> = parts.map(|part| Dalek.decode(part).unwrap()).collect();
        assert_eq!(ifma.sum(&weights, &fast), Dalek.sum(&weights, &slow), "{count}");
    }
}
