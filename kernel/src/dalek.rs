//! The portable way: curve25519-dalek, with whatever vectors it finds, one item after the other.

use crate::entries::{self, ENTRY, INDEX, LABEL, SEALED};
use crate::path::{Path, Scalars};
use crate::refusal::Refusal;
use crate::suite::{self, ELEMENT, Items, OUTPUT};
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;

/// See the module.
#[derive(Clone, Copy)]
pub struct Dalek;

/// Points of a sum that one thread takes: past it the method gains little.
const SUM: usize = 1024;

impl Path for Dalek {
    type Points = Vec<RistrettoPoint>;

    fn hash(self, inputs: Items<'_>) -> Result<Self::Points, Refusal> {
        if let Some(i) = inputs.too_long() {
            return Err(Refusal::Input(i));
        }
        (0..inputs.len())
            .map(|i| {
                let uniform = suite::expand(&[inputs.get(i)], suite::GROUP_DST);
                let point = RistrettoPoint::from_uniform_bytes(&uniform);
                if point.is_identity() { Err(Refusal::Input(i)) } else { Ok(point) }
            })
            .collect()
    }

    fn decode(self, elements: &[u8]) -> Result<Self::Points, Refusal> {
        elements
            .chunks_exact(ELEMENT)
            .enumerate()
            .map(|(i, element)| decode(element).ok_or(Refusal::Element(i)))
            .collect()
    }

    fn multiply(self, points: &Self::Points, scalars: Scalars<'_>, out: &mut [u8]) {
        // The encoding of a doubled point needs no square root, and inversions come in batches.
        let halves: Vec<RistrettoPoint> = match scalars {
            Scalars::One(scalar) => {
                let half = scalar.div_by_2();
                points.iter().map(|point| point * half).collect()
            }
            Scalars::Each(each) => {
                points.iter().zip(each).map(|(point, scalar)| point * scalar.div_by_2()).collect()
            }
        };
        let encoded = RistrettoPoint::double_and_compress_batch(&halves);
        for (to, from) in out.chunks_exact_mut(ELEMENT).zip(encoded) {
            to.copy_from_slice(from.as_bytes());
        }
    }

    fn sum(self, weights: &[Scalar], points: &[Self::Points]) -> RistrettoPoint {
        let all: Vec<&RistrettoPoint> = points.iter().flatten().collect();
        weights
            .par_chunks(SUM)
            .zip(all.par_chunks(SUM))
            .map(|(weights, points)| {
                RistrettoPoint::vartime_multiscalar_mul(weights, points.iter().copied())
            })
            .sum()
    }

    fn weights(self, seed: &[u8; 64], first: usize, c: &[u8], d: &[u8]) -> Vec<Scalar> {
        c.chunks_exact(ELEMENT)
            .zip(d.chunks_exact(ELEMENT))
            .enumerate()
            .map(|(i, (c, d))| suite::weight(seed, first + i, c, d))
            .collect()
    }

    fn finish(self, inputs: Items<'_>, elements: &[u8], out: &mut [u8]) {
        let each = elements.chunks_exact(ELEMENT).zip(out.chunks_exact_mut(OUTPUT));
        for (i, (element, to)) in each.enumerate() {
            to.copy_from_slice(&suite::finish(inputs.get(i), element));
        }
    }

    fn index(self, outputs: &[u8], context: &[u8], ordinals: &[u16], out: &mut [u8]) {
        let each = outputs.chunks_exact(OUTPUT).zip(ordinals).zip(out.chunks_exact_mut(INDEX));
        for ((output, &ordinal), to) in each {
            to.copy_from_slice(&entries::index(output, context, ordinal));
        }
    }

    fn seal(self, outputs: &[u8], context: &[u8], ordinals: &[u16], labels: &[u8], out: &mut [u8]) {
        let from = outputs.chunks_exact(OUTPUT).zip(ordinals).zip(labels.chunks_exact(LABEL));
        for (((output, &ordinal), label), to) in from.zip(out.chunks_exact_mut(ENTRY)) {
            entries::seal(output, context, ordinal, label, to);
        }
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
        let from = outputs.chunks_exact(OUTPUT).zip(ordinals).zip(sealed.chunks_exact(SEALED));
        let to = labels.chunks_exact_mut(LABEL).zip(good);
        for (((output, &ordinal), sealed), (label, good)) in from.zip(to) {
            *good = entries::open(output, context, ordinal, sealed, label);
        }
    }
}

/// Decode one element (RFC 9497 section 4.1, `DeserializeElement`).
#[must_use]
pub fn decode(element: &[u8]) -> Option<RistrettoPoint> {
    let encoded = CompressedRistretto::from_slice(element).ok()?;
    encoded.decompress().filter(|point| !point.is_identity())
}
