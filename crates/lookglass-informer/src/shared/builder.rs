//! How an informer is set up: [`SharedInformerBuilder`].

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use lookglass_cache::{BacklogPolicy, BoxError};
use lookglass_client::{ALL_NAMESPACES, ListWatch};
use lookglass_object::{Decoder, FieldSelector, Object, Retention, Selector};
use parking_lot::Mutex;
use serde::Serialize;

use super::source::Reflection;
use super::{Cells, SharedInformer};
use crate::core::{Cell, Convert, Core, Part, Settings};
use crate::error::{ErrorHook, InformerError};
use crate::processor::ListenerOptions;
use crate::reflector::ReflectorOptions;

/// Sets up a [`SharedInformer`]. Defaults:
///
/// * [`name`](Self::name): the resource, such as `deployments.apps`;
/// * [`namespaces`](Self::namespaces): what the `ListWatch` says;
/// * [`labels`](Self::labels), [`fields`](Self::fields): everything;
/// * [`retention`](Self::retention): [`Retention::Auto`];
/// * [`cooling`](Self::cooling): 5 s;
/// * [`resync`](Self::resync): never;
/// * [`policy`](Self::policy): [`BacklogPolicy::Coalesce`] beyond 8192 events;
/// * [`queue_capacity`](Self::queue_capacity): 2000 objects between the watch and the store;
/// * [`reflector`](Self::reflector): the defaults of [`ReflectorOptions`];
/// * [`on_error`](Self::on_error): `tracing`, at the level of warnings;
/// * [`seed`](Self::seed): another one each time.
#[must_use = "a builder does nothing until it builds"]
pub struct SharedInformerBuilder<K> {
    list_watch: Cells,
    name: Option<Arc<str>>,
    namespaces: BTreeSet<Arc<str>>,
    options: ReflectorOptions,
    retention: Retention,
    cooling: Duration,
    queue_capacity: usize,
    subscriber: ListenerOptions,
    convert: Option<MakeConvert>,
    errors: ErrorHook,
    seed: Option<u64>,
    view: PhantomData<fn() -> K>,
}

/// Made last, when it is known who is told of what cannot be converted.
type MakeConvert = Box<dyn FnOnce(ErrorHook) -> Convert + Send>;

impl<K: 'static> SharedInformerBuilder<K> {
    pub(super) fn new(list_watch: ListWatch<K>) -> Self {
        Self {
            list_watch: list_watch.cast(),
            name: None,
            namespaces: BTreeSet::new(),
            options: ReflectorOptions::default(),
            retention: Retention::default(),
            cooling: COOLING,
            queue_capacity: QUEUE_CAPACITY,
            subscriber: ListenerOptions::default(),
            convert: None,
            errors: ErrorHook::log(),
            seed: None,
            view: PhantomData,
        }
    }

    /// What it is called in [metrics](crate::metrics): needed where several informers of a resource are shown.
    pub fn name(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Only these namespaces: one watch for each, and one store. A list replaces what is known of its own namespace only.
    ///
    /// **No namespaces at all are no restriction**: then it is what the `ListWatch` says, which may be the whole cluster. Where they come from a setting, look whether
    /// there are any, and do without the informer if there are none. The empty name, [`ALL_NAMESPACES`](lookglass_client::ALL_NAMESPACES), among them stands for all: then there is one watch over all,
    /// whatever the others are and the `ListWatch` says.
    pub fn namespaces<N: Into<Arc<str>>>(self, namespaces: impl IntoIterator<Item = N>) -> Self {
        Self { namespaces: namespaces.into_iter().map(Into::into).collect(), ..self }
    }

    /// Only objects with these labels; the server leaves out the others.
    pub fn labels(self, labels: Selector) -> Self {
        Self { options: self.options.labels(labels), ..self }
    }

    /// Only objects with these fields; the server leaves out the others.
    pub fn fields(self, fields: FieldSelector) -> Self {
        Self { options: self.options.fields(fields), ..self }
    }

    /// What is kept of each object. [`Retention::Typed`] means raw bytes here: [`typed`](Self::typed) keeps decoded values.
    pub fn retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// How long a changed object stays raw before it is packed, where the retention packs; it may be 50 ms longer.
    pub fn cooling(self, cooling: Duration) -> Self {
        Self { cooling, ..self }
    }

    /// How often subscribers that choose nothing else are told everything once more. Zero means never; less than a second counts as
    /// one.
    pub fn resync(self, period: Duration) -> Self {
        Self { subscriber: self.subscriber.resync(period), ..self }
    }

    /// What happens when a subscriber that chooses nothing else is slower than the changes.
    pub fn policy(self, policy: BacklogPolicy) -> Self {
        Self { subscriber: self.subscriber.policy(policy), ..self }
    }

    /// How many objects may be between the watch and the store before nothing more is read from the connection.
    pub fn queue_capacity(self, capacity: usize) -> Self {
        Self { queue_capacity: capacity, ..self }
    }

    /// Everything else about lists and watches: page size, streaming lists, timeouts, backoff, patience.
    pub fn reflector(self, change: impl FnOnce(ReflectorOptions) -> ReflectorOptions) -> Self {
        Self { options: change(self.options), ..self }
    }

    /// Is told of everything that goes wrong: failed requests, errors in a watch, handlers that fail or panic, index
    /// functions that fail, objects that cannot be decoded. It must not block.
    pub fn on_error(self, hook: impl Fn(&InformerError) + Send + Sync + 'static) -> Self {
        Self { errors: ErrorHook::new(hook), ..self }
    }

    /// From which jitter and hashes are drawn: with the same seed, and a runtime that does the same, it does the same.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// How objects are decoded, for a type of your own. (Kinds of `k8s-openapi` need nothing.)
    ///
    /// ```no_run
    /// # fn example<Foo>(foos: lookglass_client::ListWatch<Foo>)
    /// # where Foo: serde::de::DeserializeOwned + Send + Sync + 'static {
    /// use lookglass_informer::SharedInformer;
    /// use lookglass_object::Decoder;
    ///
    /// let foos = SharedInformer::builder(foos).decoder(Decoder::<Foo>::new()).build();
    /// # }
    /// ```
    pub fn decoder(self, decoder: Decoder<K>) -> Self
    where
        K: Any + Send + Sync,
    {
        self.list_watch.family().register(decoder);
        self
    }

    /// Keeps the decoded values instead of bytes: for few objects that are read all the time. An object that cannot be decoded is
    /// kept as its bytes, and the error hook is told.
    pub fn typed(self) -> Self
    where
        K: Serialize + Any + Send + Sync,
    {
        let convert = |object: &Cell| {
            let typed: Object<K> = object.cast();
            Ok(typed.into_typed()?.into_cast())
        };
        Self { retention: Retention::Typed, ..self }.converting(convert)
    }

    /// Keeps of each object what `project` makes of it, beside its metadata: the typed answer to client-go's transform. It gives
    /// the value, and how many bytes of memory that is to be counted with. An object for which it fails is kept as its bytes
    /// (asked for typed, it then gives an error), and the error hook is told.
    ///
    /// ```no_run
    /// # fn example(pods: lookglass_client::ListWatch<k8s_openapi::api::core::v1::Pod>) {
    /// use lookglass_informer::SharedInformer;
    /// use lookglass_object::Object;
    ///
    /// struct Placed {
    ///     node: Option<String>,
    /// }
    ///
    /// let pods: SharedInformer<Placed> = SharedInformer::builder(pods)
    ///     .project(|pod| {
    ///         let node = pod.at("spec.nodeName").and_then(|node| node.as_str().map(str::to_owned));
    ///         Ok((Placed { node }, 40))
    ///     })
    ///     .build();
    /// # }
    /// ```
    pub fn project<P: Any + Send + Sync>(
        self,
        project: impl Fn(&Object<K>) -> Result<(P, usize), BoxError> + Send + Sync + 'static,
    ) -> SharedInformerBuilder<P> {
        let projected = move |object: &Cell| {
            let (value, bytes) = project(&object.cast())?;
            Ok(object.project(value, bytes)?.into_cast())
        };
        let Self { list_watch, name, namespaces, options, cooling, queue_capacity, subscriber, errors, seed, .. } =
            self;
        let of_projected = SharedInformerBuilder {
            list_watch,
            name,
            namespaces,
            options,
            retention: Retention::Raw,
            cooling,
            queue_capacity,
            subscriber,
            convert: None,
            errors,
            seed,
            view: PhantomData,
        };
        of_projected.converting(projected)
    }

    /// The informer. It does nothing before it is [started](SharedInformer::start); indexes and subscribers may come before or
    /// after that.
    #[must_use]
    pub fn build(self) -> SharedInformer<K> {
        SharedInformer::of_core(self.into_core())
    }

    /// The informer, started.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    #[must_use]
    pub fn start(self) -> SharedInformer<K> {
        let informer = self.build();
        informer.start();
        informer
    }

    fn converting(self, convert: impl Fn(&Cell) -> Result<Cell, BoxError> + Send + Sync + 'static) -> Self {
        Self { convert: Some(Box::new(move |errors| converter(Box::new(convert), errors))), ..self }
    }

    fn into_core(self) -> Arc<Core> {
        let list_watch = self.list_watch.retention(self.retention);
        let named: Vec<(Option<Arc<str>>, Cells)> = if self.namespaces.contains(ALL_NAMESPACES) {
            vec![(None, list_watch.clone().namespace(ALL_NAMESPACES))]
        } else if self.namespaces.is_empty() {
            vec![(list_watch.namespace_name().map(Into::into), list_watch.clone())]
        } else {
            let of = |namespace: &Arc<str>| (Some(Arc::clone(namespace)), list_watch.clone().namespace(namespace));
            self.namespaces.iter().map(of).collect()
        };
        let parts = named.into_iter().enumerate().map(|(number, (namespace, list_watch))| {
            let reflection = Reflection {
                list_watch: list_watch.counted_apart(),
                namespace: namespace.clone(),
                options: self.options.clone(),
                seed: self.seed.map(|seed| seed.wrapping_add(number as u64)),
                errors: self.errors.clone(),
                freshness: Mutex::default(),
            };
            Part { namespace, source: Box::new(reflection) }
        });
        let name = self.name.unwrap_or_else(|| list_watch.resource().group_resource().into());
        let settings = Settings {
            name,
            retention: self.retention,
            cooling: self.cooling,
            queue_capacity: self.queue_capacity,
            convert: self.convert.map(|make| make(self.errors.clone())),
            subscriber: self.subscriber,
            hash_seed: self.seed,
            errors: self.errors.clone(),
        };
        let family = Arc::clone(list_watch.family());
        Core::new(list_watch.resource().clone(), family, parts.collect(), settings)
    }
}

type TryConvert = Box<dyn Fn(&Cell) -> Result<Cell, BoxError> + Send + Sync>;

/// Converts what has not been converted before; what cannot be stays as it is.
fn converter(convert: TryConvert, errors: ErrorHook) -> Convert {
    Arc::new(move |object: Cell| {
        if object.memory().typed_objects > 0 {
            return object;
        }
        // A function that panics must not end the watch.
        let converted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| convert(&object)));
        let error = match converted {
            Ok(Ok(converted)) => return converted,
            Ok(Err(error)) => error,
            Err(_) => "the function that makes of it what is kept has panicked".into(),
        };
        errors.tell(&InformerError::Unconverted { key: object.key().clone(), error });
        object
    })
}

impl<K> fmt::Debug for SharedInformerBuilder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedInformerBuilder")
            .field("list_watch", &self.list_watch)
            .field("namespaces", &self.namespaces)
            .field("options", &self.options)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}

/// Long enough that what changes all the time is not packed each time.
const COOLING: Duration = Duration::from_secs(5);

/// The depth from which client-go's producer has to wait, too.
const QUEUE_CAPACITY: usize = 2000;
