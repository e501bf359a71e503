//! Whole batches, spread over threads: the steps of RFC 9497 and the set's entries.

use crate::dalek::decode;
use crate::entries::{ENTRY, INDEX, LABEL, SEALED};
use crate::path::{Path, Scalars};
use crate::refusal::Refusal;
use crate::suite::{self, ELEMENT, Items, OUTPUT, PROOF, SCALAR};
use curve25519_dalek::{RistrettoPoint, Scalar};
use rayon::prelude::*;
use zeroize::{Zeroize, Zeroizing};

/// Items that a thread takes at once: inversions are shared among them, and some milliseconds pass.
pub const CHUNK: usize = 256;
/// Items after which whoever asked is asked whether the answer is still wanted.
pub const ROUND: usize = 64 * CHUNK;

/// Reduce 64 random bytes to a scalar (RFC 9497 section 4.7.2).
///
/// # Errors
/// `Scalar` where it is zero.
pub fn scalar(random: &[u8; 64]) -> Result<Scalar, Refusal> {
    let found = Scalar::from_bytes_mod_order_wide(random);
    if found == Scalar::ZERO { Err(Refusal::Scalar) } else { Ok(found) }
}

/// Make a scalar of every 64 random bytes.
///
/// # Errors
/// `Scalar` where one is zero, or bytes are left or lacking.
pub fn scalars(random: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let (each, rest) = random.as_chunks::<64>();
    if each.is_empty() || !rest.is_empty() {
        return Err(Refusal::Scalar);
    }
    let mut found = Zeroizing::new(Vec::with_capacity(each.len() * SCALAR));
    for wide in each {
        found.extend_from_slice(Zeroizing::new(scalar(wide)?).as_bytes());
    }
    Ok(found)
}

/// Read a key.
///
/// # Errors
/// `Scalar` where these are not 32 canonical bytes of a scalar other than zero.
pub fn read_scalar(bytes: &[u8]) -> Result<Scalar, Refusal> {
    let bytes: Zeroizing<[u8; SCALAR]> =
        Zeroizing::new(bytes.try_into().map_err(|_| Refusal::Scalar)?);
    let found = Option::<Scalar>::from(Scalar::from_canonical_bytes(*bytes));
    found.filter(|scalar| *scalar != Scalar::ZERO).ok_or(Refusal::Scalar)
}

/// Blind inputs (section 3.3.2).
///
/// # Errors
/// `Blind` or `Input`, the first one in the order of the items.
pub fn blind<P: Path>(path: P, inputs: Items<'_>, blinds: &[u8]) -> Result<Vec<u8>, Refusal> {
    let count = inputs.len();
    sized(blinds, SCALAR, count, Refusal::Blind)?;
    let mut out = vec![0; count * ELEMENT];
    let work = |start: usize, stop: usize, out: &mut [u8]| {
        let inputs = inputs.part(start, stop);
        let scalars = read_blinds(&blinds[start * SCALAR..stop * SCALAR]);
        let points = path.hash(inputs);
        let scalars = first(scalars, points.as_ref().err())?;
        path.multiply(&points?, Scalars::Each(&scalars), out);
        Ok(())
    };
    spread(&mut out, ELEMENT, count, work)?;
    Ok(out)
}

/// Evaluate elements and prove it (section 3.3.2, `BlindEvaluate`): the elements, then the proof.
///
/// # Errors
/// `Scalar` or `Element`.
pub fn evaluate<P: Path>(
    path: P,
    key: &[u8],
    blinded: &[u8],
    random: &[u8; 64],
) -> Result<(Vec<u8>, [u8; PROOF]), Refusal> {
    let count = blinded.len().div_ceil(ELEMENT);
    sized(blinded, ELEMENT, count, Refusal::Element)?;
    let nonce = Zeroizing::new(scalar(random)?);
    let key = Zeroizing::new(read_scalar(key)?);
    let public = RistrettoPoint::mul_base(&key).compress().to_bytes();
    let mut evaluated = vec![0; count * ELEMENT];
    let work = |start: usize, _: usize, out: &mut [u8]| {
        let asked = &blinded[start * ELEMENT..][..out.len()];
        let points = path.decode(asked)?;
        path.multiply(&points, Scalars::One(&key), out);
        Ok((points, path.weights(&suite::seed(&public), start, asked, out)))
    };
    let (points, weights): (Vec<_>, Vec<_>) =
        spread(&mut evaluated, ELEMENT, count, work)?.into_iter().unzip();
    let m = path.sum(&weights.concat(), &points);
    let z = *key * m;
    let c = suite::challenge(
        &public,
        [m, z, RistrettoPoint::mul_base(&nonce), *nonce * m].map(|point| point.compress().0),
    );
    let s = *nonce - c * *key;
    let mut proof = [0; PROOF];
    proof[..SCALAR].copy_from_slice(c.as_bytes());
    proof[SCALAR..].copy_from_slice(s.as_bytes());
    Ok((evaluated, proof))
}

/// What an asker holds of a question, and what came back.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The inputs.
    pub inputs: Items<'a>,
    /// Their blinds.
    pub blinds: &'a [u8],
    /// What was sent.
    pub blinded: &'a [u8],
    /// What came back.
    pub evaluated: &'a [u8],
    /// The proof that came with it.
    pub proof: &'a [u8],
    /// The holder's public key.
    pub public_key: &'a [u8],
}

/// Check the proof, unblind, hash (section 3.3.2, `Finalize`).
///
/// # Errors
/// `Element`, `Blind` or `Input`, the first one in the order of the items; then `Proof`.
pub fn finalise<P: Path>(path: P, asked: Question<'_>) -> Result<Vec<u8>, Refusal> {
    let count = asked.inputs.len();
    sized(asked.blinds, SCALAR, count, Refusal::Blind)?;
    sized(asked.blinded, ELEMENT, count, Refusal::Element)?;
    sized(asked.evaluated, ELEMENT, count, Refusal::Element)?;
    let mut outputs = vec![0; count * OUTPUT];
    let work = |start: usize, stop: usize, out: &mut [u8]| {
        let inputs = asked.inputs.part(start, stop);
        let blinded = &asked.blinded[start * ELEMENT..stop * ELEMENT];
        let evaluated = &asked.evaluated[start * ELEMENT..stop * ELEMENT];
        let scalars = read_blinds(&asked.blinds[start * SCALAR..stop * SCALAR]);
        // Of what is wrong the first item is named, and of one item this order holds.
        let (c, d) = (path.decode(blinded), path.decode(evaluated));
        let long = inputs.too_long().map(Refusal::Input);
        let wrong = [
            c.as_ref().err().copied(),
            d.as_ref().err().copied(),
            scalars.as_ref().err().copied(),
            long,
        ];
        if let Some(refusal) = wrong.into_iter().flatten().min_by_key(|one| one.position()) {
            return Err(refusal);
        }
        let (c, d, mut scalars) = (c?, d?, scalars?);
        Scalar::invert_batch_alloc(&mut scalars);
        let mut unblinded = vec![0; blinded.len()];
        path.multiply(&d, Scalars::Each(&scalars), &mut unblinded);
        path.finish(inputs, &unblinded, out);
        let weights = path.weights(&suite::seed(asked.public_key), start, blinded, evaluated);
        Ok((weights, c, d))
    };
    let parts = spread(&mut outputs, OUTPUT, count, work)?;
    let mut weights = Vec::with_capacity(count);
    let (mut c, mut d) = (Vec::with_capacity(parts.len()), Vec::with_capacity(parts.len()));
    for part in parts {
        weights.extend(part.0);
        c.push(part.1);
        d.push(part.2);
    }
    let (m, z) = rayon::join(|| path.sum(&weights, &c), || path.sum(&weights, &d));
    verify(asked.public_key, m, z, asked.proof)?;
    Ok(outputs)
}

/// Evaluate inputs that the holder knows (section 3.3.2, `Evaluate`), into outputs.
///
/// # Errors
/// `Input`.
pub fn tag<P: Path>(
    path: P,
    key: &Scalar,
    inputs: Items<'_>,
    outputs: &mut [u8],
) -> Result<(), Refusal> {
    spread(outputs, OUTPUT, inputs.len(), |start, stop, out| {
        outputs_of(path, key, inputs.part(start, stop), out)
    })?;
    Ok(())
}

/// What becomes of a token besides its output.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// The manifest's binding.
    pub context: &'a [u8],
    /// Which record with this token each one is.
    pub ordinals: &'a [u16],
    /// What is sealed.
    pub labels: &'a [u8],
}

/// Derive indexes.
#[must_use]
pub fn index<P: Path>(path: P, outputs: &[u8], context: &[u8], ordinals: &[u16]) -> Vec<u8> {
    let mut found = vec![0; ordinals.len() * INDEX];
    let each = found.par_chunks_mut(CHUNK * INDEX).zip(ordinals.par_chunks(CHUNK));
    each.zip(outputs.par_chunks(CHUNK * OUTPUT))
        .for_each(|((to, ordinals), outputs)| path.index(outputs, context, ordinals, to));
    found
}

/// Make entries of outputs.
#[must_use]
pub fn seal<P: Path>(path: P, outputs: &[u8], sealing: Sealing<'_>) -> Vec<u8> {
    let mut made = vec![0; sealing.ordinals.len() * ENTRY];
    let each = made.par_chunks_mut(CHUNK * ENTRY).zip(sealing.ordinals.par_chunks(CHUNK));
    each.zip(outputs.par_chunks(CHUNK * OUTPUT))
        .zip(sealing.labels.par_chunks(CHUNK * LABEL))
        .for_each(|(((to, ordinals), outputs), labels)| {
            path.seal(outputs, sealing.context, ordinals, labels, to);
        });
    made
}

/// Open sealed labels: all of them, and which of them were the outputs' own.
#[must_use]
pub fn open<P: Path>(
    path: P,
    outputs: &[u8],
    context: &[u8],
    ordinals: &[u16],
    sealed: &[u8],
) -> (Vec<u8>, Vec<bool>) {
    let (mut labels, mut good) = (vec![0; ordinals.len() * LABEL], vec![false; ordinals.len()]);
    let from = outputs.par_chunks(CHUNK * OUTPUT).zip(ordinals.par_chunks(CHUNK));
    let to = labels.par_chunks_mut(CHUNK * LABEL).zip(good.par_chunks_mut(CHUNK));
    from.zip(sealed.par_chunks(CHUNK * SEALED)).zip(to).for_each(
        |(((outputs, ordinals), sealed), (labels, good))| {
            path.open(outputs, context, ordinals, sealed, labels, good);
        },
    );
    (labels, good)
}

/// Check that a buffer has `count` items; else name the first that is missing or too many.
///
/// # Errors
/// The refusal of that item.
pub fn sized(
    buffer: &[u8],
    size: usize,
    count: usize,
    refusal: fn(usize) -> Refusal,
) -> Result<(), Refusal> {
    if buffer.len() == count * size { Ok(()) } else { Err(refusal(count.min(buffer.len() / size))) }
}

fn outputs_of<P: Path>(
    path: P,
    key: &Scalar,
    inputs: Items<'_>,
    out: &mut [u8],
) -> Result<(), Refusal> {
    let points = path.hash(inputs)?;
    let mut elements = [0; CHUNK * ELEMENT];
    let elements = &mut elements[..inputs.len() * ELEMENT];
    path.multiply(&points, Scalars::One(key), elements);
    path.finish(inputs, elements, out);
    elements.zeroize();
    Ok(())
}

fn read_blinds(bytes: &[u8]) -> Result<Zeroizing<Vec<Scalar>>, Refusal> {
    let mut found = Zeroizing::new(Vec::with_capacity(bytes.len() / SCALAR));
    for (i, blind) in bytes.chunks_exact(SCALAR).enumerate() {
        found.push(read_scalar(blind).map_err(|_| Refusal::Blind(i))?);
    }
    Ok(found)
}

/// Return what was found, unless something else was refused at an item before.
fn first<T>(found: Result<T, Refusal>, other: Option<&Refusal>) -> Result<T, Refusal> {
    found.map_err(|own| match other {
        Some(other) if other.position() < own.position() => *other,
        _ => own,
    })
}

fn verify(
    public_key: &[u8],
    m: RistrettoPoint,
    z: RistrettoPoint,
    proof: &[u8],
) -> Result<(), Refusal> {
    if proof.len() != PROOF {
        return Err(Refusal::Proof);
    }
    let read = |bytes| read_scalar(bytes).map_err(|_| Refusal::Proof);
    let (c, s) = (read(&proof[..SCALAR])?, read(&proof[SCALAR..])?);
    let public = decode(public_key).ok_or(Refusal::Proof)?;
    let t2 = RistrettoPoint::vartime_double_scalar_mul_basepoint(&c, &public, &s);
    let t3 = s * m + c * z;
    let points = [m, z, t2, t3].map(|point| point.compress().0);
    if suite::challenge(public_key, points) == c { Ok(()) } else { Err(Refusal::Proof) }
}

/// Work on chunks of items, each with its part of `out`, and return the results in order.
///
/// The first refusal in the order of the items is returned, whichever thread came upon it.
fn spread<T: Send>(
    out: &mut [u8],
    size: usize,
    count: usize,
    work: impl Fn(usize, usize, &mut [u8]) -> Result<T, Refusal> + Sync,
) -> Result<Vec<T>, Refusal> {
    let done: Vec<Result<T, Refusal>> = out
        .par_chunks_mut(CHUNK * size)
        .enumerate()
        .map(|(number, part)| {
            let start = number * CHUNK;
            work(start, (start + CHUNK).min(count), part).map_err(|one| one.shifted(start))
        })
        .collect();
    done.into_iter().collect()
}
