//! What a way of computing has to offer; a batch is put together of it in `batch`.

use crate::refusal::Refusal;
use crate::suite::Items;
use curve25519_dalek::{RistrettoPoint, Scalar};

/// The scalars of a chunk.
#[derive(Clone, Copy)]
pub enum Scalars<'a> {
    /// One for all: a key.
    One(&'a Scalar),
    /// Each item's own: blinds.
    Each(&'a [Scalar]),
}

impl Scalars<'_> {
    /// Return the scalar of an item.
    #[must_use]
    pub fn get(&self, i: usize) -> &Scalar {
        match self {
            Self::One(scalar) => scalar,
            Self::Each(scalars) => &scalars[i],
        }
    }
}

/// A way of computing on chunks of items. Every one gives the same bytes.
///
/// Scalars given to `multiply` are secret: it takes the same time for all of them. Those given to
/// `sum` are public, and it may take its time by them.
pub trait Path: Copy + Send + Sync {
    /// The elements of a chunk, ready to compute with.
    type Points: Send + Sync;

    /// Hash inputs to elements. Refuses what is too long or gives the identity.
    ///
    /// # Errors
    /// `Input` with the first position refused.
    fn hash(self, inputs: Items<'_>) -> Result<Self::Points, Refusal>;

    /// Decode elements of 32 bytes each. Refuses invalid encodings and the identity.
    ///
    /// # Errors
    /// `Element` with the first position refused.
    fn decode(self, elements: &[u8]) -> Result<Self::Points, Refusal>;

    /// Multiply elements by secret scalars and encode them.
    fn multiply(self, points: &Self::Points, scalars: Scalars<'_>, out: &mut [u8]);

    /// Return the sum of all elements, each times its public weight. Chunks come in their order.
    fn sum(self, weights: &[Scalar], points: &[Self::Points]) -> RistrettoPoint;

    /// Return the weights of the pairs of a chunk that starts at `first` (RFC 9497 section 2.2.1).
    fn weights(self, seed: &[u8; 64], first: usize, c: &[u8], d: &[u8]) -> Vec<Scalar>;

    /// Hash inputs with their elements to outputs of 64 bytes.
    fn finish(self, inputs: Items<'_>, elements: &[u8], out: &mut [u8]);

    /// Derive the indexes of outputs.
    fn index(self, outputs: &[u8], context: &[u8], ordinals: &[u16], out: &mut [u8]);

    /// Make the entries of outputs.
    fn seal(self, outputs: &[u8], context: &[u8], ordinals: &[u16], labels: &[u8], out: &mut [u8]);

    /// Open sealed labels; `good` says of each whether it was this output's.
    fn open(
        self,
        outputs: &[u8],
        context: &[u8],
        ordinals: &[u16],
        sealed: &[u8],
        labels: &mut [u8],
        good: &mut [bool],
    );
}
