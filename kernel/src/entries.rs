//! From an output to an entry of the tag set, and back: `comity.core.entries` is the definition.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha512;
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

/// What the string for an index starts with; the ordinal follows.
pub const INDEX_INFO: &[u8; 14] = b"comity-index-1";
/// What the string for a label's key starts with.
pub const LABEL_INFO: &[u8; 14] = b"comity-label-1";

/// Derive the index of an output.
#[must_use]
pub fn index(output: &[u8], context: &[u8], ordinal: u16) -> [u8; INDEX] {
    place(&Hkdf::new(Some(context), output), ordinal)
}

/// Write the entry of an output into 58 bytes.
///
/// # Panics
/// Where a slice has another size than its name says.
pub fn seal(output: &[u8], context: &[u8], ordinal: u16, label: &[u8], entry: &mut [u8]) {
    let prk = Hkdf::new(Some(context), output);
    let (at, sealed) = entry.split_at_mut(INDEX);
    at.copy_from_slice(&place(&prk, ordinal));
    let (text, tag) = sealed.split_at_mut(LABEL);
    text.copy_from_slice(label);
    let made = cipher(&prk, ordinal).encrypt_inout_detached(&Nonce::default(), at, text.into());
    tag.copy_from_slice(&made.expect("a label is short"));
}

/// Open a sealed label of 48 bytes into one of 32; false where it is not this output's.
///
/// # Panics
/// Where a slice has another size than its name says.
#[must_use]
pub fn open(output: &[u8], context: &[u8], ordinal: u16, sealed: &[u8], label: &mut [u8]) -> bool {
    let prk = Hkdf::new(Some(context), output);
    let at = place(&prk, ordinal);
    let tag = Tag::try_from(&sealed[LABEL..]).expect("16 bytes are left");
    label.copy_from_slice(&sealed[..LABEL]);
    cipher(&prk, ordinal).decrypt_inout_detached(&Nonce::default(), &at, label.into(), &tag).is_ok()
}

fn place(prk: &Hkdf<Sha512>, ordinal: u16) -> [u8; INDEX] {
    let mut found = [0; INDEX];
    prk.expand_multi_info(&[INDEX_INFO, &ordinal.to_be_bytes()], &mut found).expect("one block");
    found
}

fn cipher(prk: &Hkdf<Sha512>, ordinal: u16) -> ChaCha20Poly1305 {
    let mut key = Zeroizing::new([0; 32]);
    prk.expand_multi_info(&[LABEL_INFO, &ordinal.to_be_bytes()], &mut *key).expect("one block");
    ChaCha20Poly1305::new(&Key::from(*key))
}
