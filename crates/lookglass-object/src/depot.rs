//! What all objects of a process share: [`Depot`].

use std::{
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use parking_lot::Mutex;

use crate::{
    Gvk, Interner, Memory,
    decoded::{Decoded, DecodedStats},
    family::Family,
    pack::Contexts,
};

/// The place that objects draw on: label sets, dictionaries and decoded values, each there once.
///
/// A process needs one, [`Depot::global`]; a test that counts makes its own. Handles are clones of one depot.
///
/// ```
/// use lookglass_object::{Depot, Gvk};
///
/// let depot = Depot::builder().decoded_bytes(1 << 20).build();
/// let pods = depot.family(&Gvk::core("v1", "Pod"));
/// assert_eq!(pods.gvk().kind(), "Pod");
/// assert_eq!(depot.memory().objects, 0);
/// ```
///
/// # Cost
///
/// What is shared lives as long as it is used: a family (with its dictionaries) as long as somebody holds it or an object of
/// it, a label set as long as an object has it. Making or finding a family takes a lock; objects hold theirs and take none.
#[derive(Clone)]
pub struct Depot(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) interner: Interner,
    pub(crate) decoded: Decoded,
    pub(crate) contexts: Arc<Contexts>,
    families: Mutex<Vec<Weak<Family>>>,
}

impl Depot {
    /// The depot of this process.
    #[must_use]
    pub fn global() -> Self {
        static GLOBAL: OnceLock<Depot> = OnceLock::new();
        GLOBAL.get_or_init(|| Self::builder().build()).clone()
    }

    /// A depot of one's own. Defaults:
    ///
    /// * [`decoded_bytes`](DepotBuilder::decoded_bytes): 64 MiB;
    /// * [`interner`](DepotBuilder::interner): a new one.
    pub fn builder() -> DepotBuilder {
        DepotBuilder { decoded_bytes: DECODED_BYTES, interner: Interner::new() }
    }

    /// What full objects of this kind share.
    #[must_use]
    pub fn family(&self, gvk: &Gvk) -> Arc<Family> {
        self.family_of(gvk, false)
    }

    /// What objects share of which only metadata is known (`PartialObjectMetadata`); they are of kind `gvk` all the same.
    #[must_use]
    pub fn metadata_family(&self, gvk: &Gvk) -> Arc<Family> {
        self.family_of(gvk, true)
    }

    /// The table of label sets.
    #[must_use]
    pub fn interner(&self) -> &Interner {
        &self.0.interner
    }

    /// How the cache of decoded values does.
    #[must_use]
    pub fn decoded(&self) -> DecodedStats {
        self.0.decoded.stats()
    }

    /// What everything takes together.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let decoded = self.decoded();
        let shared = Memory {
            label_sets: self.0.interner.len(),
            label_bytes: self.0.interner.heap_size(),
            decoded_objects: decoded.objects,
            decoded_bytes: decoded.bytes,
            ..Memory::default()
        };
        // Collected first: the last handle of a family takes the lock as it goes.
        let families: Vec<_> = self.0.families.lock().iter().filter_map(Weak::upgrade).collect();
        families.iter().map(|family| family.memory()).sum::<Memory>() + shared
    }

    fn family_of(&self, gvk: &Gvk, metadata_only: bool) -> Arc<Family> {
        // As in `memory`, what is found and not wanted goes after the lock.
        let mut others = Vec::new();
        let mut families = self.0.families.lock();
        for family in families.iter().filter_map(Weak::upgrade) {
            if family.is(gvk, metadata_only) {
                drop(families);
                return family;
            }
            others.push(family);
        }
        let family = Arc::new(Family::new(gvk.clone(), metadata_only, Arc::clone(&self.0)));
        families.push(Arc::downgrade(&family));
        drop(families);
        family
    }
}

impl Default for Depot {
    fn default() -> Self {
        Self::global()
    }
}

impl fmt::Debug for Depot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Depot").field("memory", &self.memory()).finish_non_exhaustive()
    }
}

impl Shared {
    /// Forgets families that are gone.
    pub(crate) fn tidy(&self) {
        self.families.lock().retain(|family| family.strong_count() > 0);
    }
}

/// Makes a [`Depot`]; see [`Depot::builder`] for the defaults.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it builds"]
pub struct DepotBuilder {
    decoded_bytes: usize,
    interner: Interner,
}

impl DepotBuilder {
    /// How many bytes of decoded values that nobody uses at the moment are kept at most; while none of them is asked for again,
    /// only a thirty-second of that. Zero keeps none; values in use are shared all the same.
    pub fn decoded_bytes(self, bytes: usize) -> Self {
        Self { decoded_bytes: bytes, ..self }
    }

    /// The table of label sets, if it is to be shared with another depot.
    pub fn interner(self, interner: Interner) -> Self {
        Self { interner, ..self }
    }

    /// The depot.
    #[must_use]
    pub fn build(self) -> Depot {
        Depot(Arc::new(Shared {
            interner: self.interner,
            decoded: Decoded::new(self.decoded_bytes),
            contexts: Arc::default(),
            families: Mutex::default(),
        }))
    }
}

/// About a thousand pods.
const DECODED_BYTES: usize = 64 << 20;
