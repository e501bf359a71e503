//! Group operations of Comity in batches: RFC 9497 VOPRF with ristretto255-SHA512, and set entries.
//!
//! `comity.core.oprf` and `comity.core.entries` say what is computed; everything here gives the same
//! bytes. Batches come in buffers without separators and are spread over threads (`batch`), by one
//! of several ways of computing (`path`).

pub mod batch;
pub mod dalek;
pub mod entries;
pub mod path;
pub mod refusal;
pub mod search;
pub mod suite;
#[cfg(target_arch = "x86_64")]
pub mod vector;

#[cfg(feature = "python")]
mod python;
