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
