//! Where time and randomness come from: [`Sources`].

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;

/// The letters of generated names: no vowels, so no words, and nothing that looks like something else.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX: usize = 5;
/// The step of splitmix64, odd, so that every state comes once before any comes again.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The clock, and uids and name suffixes out of one seed: the same seed and the same order of writes give the same objects.
///
/// # Cost
///
/// One atomic addition for each uid or suffix; no lock.
pub(crate) struct Sources {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    state: AtomicU64,
}

impl Sources {
    /// From a clock and a seed.
    pub(crate) fn new(clock: Arc<dyn Fn() -> Timestamp + Send + Sync>, seed: u64) -> Self {
        Self { clock, state: AtomicU64::new(seed) }
    }

    /// The time, in whole seconds as objects carry it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// A random uid (version 4).
    pub(crate) fn uid(&self) -> String {
        let high = (self.bits() & !0xf000) | 0x4000;
        let low = (self.bits() & !(0b11 << 62)) | (0b10 << 62);
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// What a `generateName` is completed with.
    pub(crate) fn suffix(&self) -> String {
        let letters = ALPHABET.len() as u64;
        let mut bits = self.bits();
        (0..SUFFIX)
            .map(|_| {
                let letter = ALPHABET[(bits % letters) as usize];
                bits /= letters;
                char::from(letter)
            })
            .collect()
    }

    fn bits(&self) -> u64 {
        // Relaxed: each caller needs a state of its own, and orders nothing by it.
        let state = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn sources(seed: u64) -> Sources {
        Sources::new(Arc::new(|| "2026-11-21T02:46:31.75Z".parse().expect("a time")), seed)
    }

    #[test]
    fn a_seed_gives_the_same_uids_again_and_no_uid_comes_twice() {
        let (one, same, other) = (sources(7), sources(7), sources(8));
        let uids: BTreeSet<String> = (0..1000).map(|_| one.uid()).collect();
        assert_eq!(uids.len(), 1000);
        assert!((0..1000).all(|_| uids.contains(&same.uid())));
        assert!(!uids.contains(&other.uid()));
        for uid in uids {
            let parts: Vec<&str> = uid.split('-').collect();
            assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{uid}");
            assert!(parts[2].starts_with('4') && "89ab".contains(&parts[3][..1]), "{uid}");
        }
    }

    #[test]
    fn suffixes_use_the_whole_alphabet_and_no_other_letter() {
        let sources = sources(1);
        let seen: BTreeSet<u8> = (0..1000).flat_map(|_| sources.suffix().into_bytes()).collect();
        assert_eq!(seen, ALPHABET.iter().copied().collect());
        assert_eq!(sources.suffix().len(), SUFFIX);
    }

    #[test]
    fn time_is_told_in_whole_seconds() {
        assert_eq!(sources(0).now().to_string(), "2026-11-21T02:46:31Z");
    }
}
