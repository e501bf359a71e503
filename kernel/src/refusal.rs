//! What the kernel refuses, as data: the adapter makes the node's errors of it.

/// Why a batch was refused. Positions count the items of the batch from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No element, or the identity.
    Element(usize),
    /// An input that is too long, or that hashes to the identity; or a buffer of another size.
    Input(usize),
    /// No scalar, or zero: a key, a nonce.
    Scalar,
    /// No scalar, or zero: the blind of an item.
    Blind(usize),
    /// A proof that does not hold.
    Proof,
}

impl Refusal {
    /// Return the same refusal of an item that stands `by` places further on.
    #[must_use]
    pub fn shifted(self, by: usize) -> Self {
        match self {
            Self::Element(i) => Self::Element(i + by),
            Self::Input(i) => Self::Input(i + by),
            Self::Blind(i) => Self::Blind(i + by),
            other => other,
        }
    }

    /// Return the position of the item, if one was refused.
    #[must_use]
    pub fn position(self) -> Option<usize> {
        match self {
            Self::Element(i) | Self::Input(i) | Self::Blind(i) => Some(i),
            Self::Scalar | Self::Proof => None,
        }
    }
}
