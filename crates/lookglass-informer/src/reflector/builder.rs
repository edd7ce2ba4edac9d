//! How a [`Reflector`] is set up.

use std::{fmt, sync::Arc, time::Instant};

use lookglass_cache::KnownObjects;
use lookglass_client::ListWatch;
use lookglass_object::{Key, Object};

use super::{Failure, Freshness, Machine, Random, Reflector, ReflectorOptions, driver::OnError};

/// Sets up a [`Reflector`].
///
/// Defaults:
///
/// * [`options`](Self::options): those of [`ReflectorOptions`];
/// * [`known_objects`](Self::known_objects): none;
/// * [`on_error`](Self::on_error): errors are only counted, shown by [`Freshness`] and told to `tracing` at the level `debug`;
/// * [`seed`](Self::seed): another one each time.
#[must_use = "a builder does nothing until it builds"]
pub struct ReflectorBuilder<K> {
    list_watch: ListWatch<K>,
    parts: Parts<K>,
}

/// What a machine and its driver are made of.
pub(super) struct Parts<K> {
    options: ReflectorOptions,
    known: Option<Arc<dyn KnownObjects<Key, Object<K>>>>,
    pub(super) on_error: Option<OnError>,
    seed: Option<u64>,
}

impl<K> Parts<K> {
    pub(super) fn machine(&self, now: Instant) -> Machine<K> {
        Machine::new(self.options.clone(), self.seed.unwrap_or_else(Random::any_seed), now)
    }

    /// What it lists with: what is known is looked up there, before anything of it is copied.
    pub(super) fn listing(&self, list_watch: ListWatch<K>) -> ListWatch<K>
    where
        K: 'static,
    {
        match self.known.clone() {
            Some(known) => list_watch.known(move |key| known.get_by_key(key).ok().flatten()),
            None => list_watch,
        }
    }
}

impl<K: 'static> ReflectorBuilder<K> {
    pub(super) fn new(list_watch: ListWatch<K>) -> Self {
        let parts = Parts { options: ReflectorOptions::default(), known: None, on_error: None, seed: None };
        Self { list_watch, parts }
    }

    /// How it goes about it: selectors, resync, page size, timeouts, waits.
    pub fn options(mut self, options: ReflectorOptions) -> Self {
        self.parts.options = options;
        self
    }

    /// What the receiver of the changes has stored, usually a [`Store`](lookglass_cache::Store): while a list comes in, what is known in the same version is kept as the cell that
    /// is there, so that a relist does not double the memory; nothing of it is copied. It is only read. See [`ListWatch::known`].
    pub fn known_objects(mut self, known: impl KnownObjects<Key, Object<K>> + 'static) -> Self {
        self.parts.known = Some(Arc::new(known));
        self
    }

    /// Is called with *everything* that goes wrong: requests that fail, errors in the stream of a watch, objects that cannot be read, watches that die without a
    /// word; and with what is done about it. It must not block; that it panics does not end the reflector.
    pub fn on_error(mut self, hook: impl Fn(&Failure) + Send + Sync + 'static) -> Self {
        self.parts.on_error = Some(Arc::new(hook));
        self
    }

    /// From which jitter is drawn. With the same seed and the same answers it does the same.
    pub fn seed(mut self, seed: u64) -> Self {
        self.parts.seed = Some(seed);
        self
    }

    /// The reflector. It does nothing before it [runs](Reflector::run).
    #[must_use]
    pub fn build(self) -> Reflector<K> {
        Reflector { list_watch: self.list_watch, builder: self.parts, freshness: Freshness::default() }
    }
}

impl<K> fmt::Debug for ReflectorBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReflectorBuilder")
            .field("list_watch", &self.list_watch)
            .field("options", &self.parts.options)
            .finish_non_exhaustive()
    }
}
