//! From an output to an entry of the tag set, and back: `comity.core.entries` is the definition.

use crate::suite::OUTPUT;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// Bytes of a manifest's binding.
pub const CONTEXT: usize = 32;
/// Bytes of an index.
pub const INDEX: usize = 10;
/// Bytes of a label.
pub const LABEL: usize = 32;
/// Bytes of a sealed label.
pub const SEALED: usize = 48;
/// Bytes of an entry: index and sealed label.
pub const ENTRY: usize = INDEX + SEALED;

/// The counter of the one-step derivation (NIST SP 800-56C, section 4.1).
pub const COUNTER: &[u8; 4] = &[0, 0, 0, 1];
/// What its fixed information starts with; context and ordinal follow. All of it is one block.
pub const PURPOSE: &[u8; 8] = b"comity-2";

/// Derive the index of an output.
#[must_use]
pub fn index(output: &[u8], context: &[u8], ordinal: u16) -> [u8; INDEX] {
    derive(output, context, ordinal).1
}

/// Write the entry of an output into 58 bytes.
///
/// # Panics
/// Where a slice has another size than its name says.
pub fn seal(output: &[u8], context: &[u8], ordinal: u16, label: &[u8], entry: &mut [u8]) {
    let (cipher, place) = derive(output, context, ordinal);
    let (at, sealed) = entry.split_at_mut(INDEX);
    at.copy_from_slice(&place);
    let (text, tag) = sealed.split_at_mut(LABEL);
    text.copy_from_slice(label);
    let made = cipher.encrypt_inout_detached(&Nonce::default(), at, text.into());
    tag.copy_from_slice(&made.expect("a label is short"));
}

/// Open a sealed label of 48 bytes into one of 32; false where it is not this output's.
///
/// # Panics
/// Where a slice has another size than its name says.
#[must_use]
pub fn open(output: &[u8], context: &[u8], ordinal: u16, sealed: &[u8], label: &mut [u8]) -> bool {
    let (cipher, at) = derive(output, context, ordinal);
    let tag = Tag::try_from(&sealed[LABEL..]).expect("16 bytes are left");
    label.copy_from_slice(&sealed[..LABEL]);
    cipher.decrypt_inout_detached(&Nonce::default(), &at, label.into(), &tag).is_ok()
}

/// Return what a label is sealed with, and the index.
fn derive(output: &[u8], context: &[u8], ordinal: u16) -> (ChaCha20Poly1305, [u8; INDEX]) {
    let hash = Sha512::new()
        .chain_update(COUNTER)
        .chain_update(output)
        .chain_update(PURPOSE)
        .chain_update(context)
        .chain_update(ordinal.to_be_bytes())
        .finalize();
    let found = Zeroizing::new(<[u8; OUTPUT]>::from(hash));
    let (key, rest) = found.split_first_chunk::<32>().expect("it is longer");
    (ChaCha20Poly1305::new(&Key::from(*key)), *rest.first_chunk().expect("it is longer"))
}
