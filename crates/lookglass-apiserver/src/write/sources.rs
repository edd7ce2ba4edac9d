//! Where time and randomness come from: [`Sources`].

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use lookglass_protocol::service::Random;

/// The letters of generated names: no vowels, so no words, and nothing that looks like something else.
const ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX: usize = 5;

/// The clock, and uids and name suffixes out of one seed: the same seed and the same order of writes give the same objects.
///
/// # Cost
///
/// One atomic addition for each uid or suffix; no lock.
pub(crate) struct Sources {
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    random: Random,
}

impl Sources {
    /// From a clock and a seed.
    pub(crate) fn new(clock: Arc<dyn Fn() -> Timestamp + Send + Sync>, seed: u64) -> Self {
        Self { clock, random: Random::new(seed) }
    }

    /// The time, in whole seconds as objects carry it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = (self.clock)();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// A random uid (version 4).
    pub(crate) fn uid(&self) -> String {
        self.random.uuid()
    }

    /// What a `generateName` is completed with.
    pub(crate) fn suffix(&self) -> String {
        let letters = ALPHABET.len() as u64;
        let mut bits = self.random.next();
        (0..SUFFIX)
            .map(|_| {
                let letter = ALPHABET[(bits % letters) as usize];
                bits /= letters;
                char::from(letter)
            })
            .collect()
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
