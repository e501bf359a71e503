//! Look-ups in the sorted entries of a tag set, which may be far larger than memory.

use crate::entries::{ENTRY, INDEX};

/// Entries read at once: some pages' worth of near misses cost less than another read.
const WINDOW: usize = 64;
/// Reads that are aimed; past them what is left is halved, whatever the entries are.
const AIMED: usize = 4;

/// Find the entry with an index among `count`, or none.
///
/// Indexes are evenly spread, so a place follows from an index, and the second read corrects the
/// first. `read` gives the entries from start to stop.
///
/// # Errors
/// What `read` refuses with.
///
/// # Panics
/// Never: an entry is longer than its index.
pub fn find<T: AsRef<[u8]>, E>(
    count: usize,
    index: &[u8; INDEX],
    mut read: impl FnMut(usize, usize) -> Result<T, E>,
) -> Result<Option<[u8; ENTRY]>, E> {
    let (mut low, mut high) = (0, count);
    let (mut guess, mut tries) = (share(index, count), 0);
    while low < high {
        let start = guess.saturating_sub(WINDOW / 2).clamp(low, high - 1);
        let stop = (start + WINDOW).min(high);
        let window = read(start, stop)?;
        let entries = window.as_ref().as_chunks::<ENTRY>().0;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(None);
        };
        let (wanted, near) = if index[..] < first[..INDEX] {
            high = start;
            (share(index, count), share(first.first_chunk().expect("an index"), count))
        } else if index[..] > last[..INDEX] {
            low = stop;
            (share(index, count), share(last.first_chunk().expect("an index"), count))
        } else {
            let found = entries.binary_search_by(|entry| entry[..INDEX].cmp(&index[..]));
            return Ok(found.ok().map(|at| entries[at]));
        };
        tries += 1;
        guess = if tries < AIMED {
            let from = if high == start { start } else { stop };
            (from + wanted).saturating_sub(near)
        } else {
            low.midpoint(high)
        };
    }
    Ok(None)
}

/// Return where an index would stand among evenly spread ones.
fn share(index: &[u8; INDEX], count: usize) -> usize {
    let head = index.first_chunk().expect("ten bytes");
    ((u128::from(u64::from_be_bytes(*head)) * count as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::{ENTRY, INDEX, find};
    use sha2::{Digest, Sha512};
    use std::convert::Infallible;

    fn looked_up(entries: &[[u8; ENTRY]], index: &[u8; INDEX]) -> (Option<[u8; ENTRY]>, usize) {
        let mut reads = 0;
        let found = find(entries.len(), index, |start, stop| {
            reads += 1;
            Ok::<_, Infallible>(entries[start..stop].as_flattened().to_vec())
        });
        (found.unwrap(), reads)
    }

    fn entry(index: &[u8]) -> [u8; ENTRY] {
        let mut whole = [7; ENTRY];
        whole[..INDEX].copy_from_slice(index);
        whole
    }

    #[test]
    fn whatever_is_there_is_found_and_nothing_else() {
        let counts: &[u64] = &[0, 1, 2, 63, 64, 65, 1000, 20_000];
        // Miri takes a thousand times as long.
        for &count in &counts[..if cfg!(miri) { 6 } else { 8 }] {
            let mut entries: Vec<[u8; ENTRY]> =
                (0..count).map(|i| entry(&Sha512::digest(i.to_be_bytes())[..INDEX])).collect();
            entries.sort_unstable();
            let mut reads = 0;
            for one in &entries {
                let index = one.first_chunk().unwrap();
                let (found, needed) = looked_up(&entries, index);
                assert_eq!(found, Some(*one));
                reads += needed;
                let mut other = *index;
                other[INDEX - 1] ^= 1;
                assert_eq!(looked_up(&entries, &other).0, None);
            }
            assert!(reads <= 3 * entries.len(), "{reads} reads of {count}");
            for edge in [[0; INDEX], [255; INDEX]] {
                assert_eq!(looked_up(&entries, &edge).0, None);
            }
        }
    }

    #[test]
    fn entries_that_are_not_spread_are_found_as_well() {
        let entries: Vec<[u8; ENTRY]> = (0..if cfg!(miri) { 200 } else { 5000u32 })
            .map(|i| entry(&[&[9; 6][..], &i.to_be_bytes()[..]].concat()))
            .collect();
        for one in &entries {
            assert_eq!(looked_up(&entries, one.first_chunk().unwrap()).0, Some(*one));
        }
    }
}
