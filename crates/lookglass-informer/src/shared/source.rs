//! The watches of an informer: a reflector for each.

use std::future::pending;
use std::sync::Arc;

use lookglass_object::Dynamic;
use parking_lot::Mutex;

use super::Cells;
use crate::core::{self, Inlet, Source, Work};
use crate::error::{ErrorHook, InformerError};
use crate::reflector::{Freshness, Reflector, ReflectorOptions};

/// What a reflector is made from, each time the informer is started.
pub(super) struct Reflection {
    pub(super) list_watch: Cells,
    pub(super) namespace: Option<Arc<str>>,
    pub(super) options: ReflectorOptions,
    pub(super) seed: Option<u64>,
    pub(super) errors: ErrorHook,
    pub(super) freshness: Mutex<Freshness>,
}

impl Source for Reflection {
    fn run(&self, inlet: Inlet, known: core::Cells) -> Work {
        let (errors, namespace) = (self.errors.clone(), self.namespace.clone());
        let builder = Reflector::<Dynamic>::builder(self.list_watch.clone())
            .options(self.options.clone())
            .known_objects(known)
            .on_error(move |failure| {
                errors.tell(&InformerError::Reflector { namespace: namespace.clone(), failure: failure.clone() });
            });
        let reflector = match self.seed {
            Some(seed) => builder.seed(seed).build(),
            None => builder.build(),
        };
        *self.freshness.lock() = reflector.freshness();
        Box::pin(async move {
            // It is dropped to end it.
            reflector.run(inlet, pending()).await;
        })
    }

    fn freshness(&self) -> Freshness {
        self.freshness.lock().clone()
    }

    fn received_bytes(&self) -> u64 {
        self.list_watch.received_bytes()
    }
}
