//! Handlers with a method for each kind of event ([`EventHandler`]), and what runs any handler.

use std::sync::{Arc, Weak};

use lookglass_object::{Key, Object};

use super::{Filter, Handler};
use crate::core::{Cell, Core, Work, now};
use crate::error::InformerError;
use crate::processor::{Control, HandlerError, Listener, ListenerOptions, Membership};

/// A handler with a method for each kind of event: client-go's `ResourceEventHandler`. What is not written does nothing.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_informer::EventHandler;
/// use lookglass_object::Object;
///
/// struct Count(usize);
///
/// impl EventHandler<Pod> for Count {
///     fn on_add(&mut self, pod: &Object<Pod>, initial: bool) {
///         self.0 += 1;
///         println!("+ {} {initial}", pod.key());
///     }
/// }
/// ```
pub trait EventHandler<K>: Send + 'static {
    /// An object is there; `initial` says that it was there when the informer (or this subscriber) began.
    fn on_add(&mut self, object: &Object<K>, initial: bool) {
        let _ = (object, initial);
    }

    /// An object has changed; or is repeated by a resync, and then both are the same version.
    fn on_update(&mut self, old: &Object<K>, new: &Object<K>) {
        let _ = (old, new);
    }

    /// An object is gone; `certain` says that the deletion was seen, so that `last` is the final state.
    fn on_delete(&mut self, last: &Object<K>, certain: bool) {
        let _ = (last, certain);
    }
}

impl Core {
    pub(super) fn join(&self, options: ListenerOptions) -> (Listener<Key, Cell>, Membership<Key, Cell>) {
        let joined = self.processor.join(options, now(), || self.store.list());
        // There may be a resync that is due earlier than any before.
        self.look_again();
        joined
    }

    pub(super) fn subscribe(
        self: &Arc<Self>,
        options: ListenerOptions,
        filter: Option<Filter>,
        blocking: bool,
        handler: Handler,
    ) -> Membership<Key, Cell> {
        let (membership, worker) = self.worker(options, filter, handler);
        membership.control().drive();
        if !blocking {
            self.spawn(membership.control(), Box::pin(worker.run()));
            return membership;
        }
        let thread = std::thread::Builder::new().name(membership.control().name().to_string());
        if let Err(error) = thread.spawn(move || worker.run_blocking()) {
            // The worker is gone with its closure, so the subscription has ended; this says why.
            let error = HandlerError::Failed(format!("no thread for it: {error}").into());
            let subscriber = Arc::clone(membership.control().name());
            self.tell(&InformerError::Handler { subscriber, key: Key::cluster_scoped(""), error });
        }
        membership
    }

    pub(super) fn subscribe_inline(
        self: &Arc<Self>,
        options: ListenerOptions,
        filter: Option<Filter>,
        handler: Handler,
    ) -> (Membership<Key, Cell>, Work) {
        let (membership, worker) = self.worker(options, filter, handler);
        (membership, Box::pin(worker.run()))
    }

    fn worker(
        self: &Arc<Self>,
        options: ListenerOptions,
        filter: Option<Filter>,
        handler: Handler,
    ) -> (Membership<Key, Cell>, Worker) {
        let (listener, membership) = self.join(options);
        let control = Arc::clone(membership.control());
        let core = Arc::downgrade(self);
        (membership, Worker { handler, filter, listener, core, control })
    }
}

/// A handler with its events. What is declared first is dropped first: the listener says that all has ended.
struct Worker {
    handler: Handler,
    filter: Option<Filter>,
    listener: Listener<Key, Cell>,
    /// Does not keep the informer.
    core: Weak<Core>,
    control: Arc<Control>,
}

impl Worker {
    async fn run(mut self) {
        let (handler, filter) = (&mut self.handler, &mut self.filter);
        let mut handle = |event: &_| filtered(filter, handler, event);
        let told = |event: &_, error| tell(&self.core, &self.control, event, error);
        self.listener.handle(&mut handle, &told).await;
    }

    fn run_blocking(mut self) {
        let (handler, filter) = (&mut self.handler, &mut self.filter);
        let mut handle = |event: &_| filtered(filter, handler, event);
        let told = |event: &_, error| tell(&self.core, &self.control, event, error);
        self.listener.handle_blocking(&mut handle, &told);
    }
}

fn filtered(
    filter: &mut Option<Filter>,
    handler: &mut Handler,
    event: &lookglass_cache::Event<Cell>,
) -> Result<(), lookglass_cache::BoxError> {
    match filter {
        None => handler(event),
        Some(filter) => filter.pass(event).map_or(Ok(()), |event| handler(&event)),
    }
}

pub(super) fn tell(core: &Weak<Core>, control: &Control, event: &lookglass_cache::Event<Cell>, error: HandlerError) {
    if let Some(core) = core.upgrade() {
        let (subscriber, key) = (Arc::clone(control.name()), event.object().key().clone());
        core.tell(&InformerError::Handler { subscriber, key, error });
    }
}
