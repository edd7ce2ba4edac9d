//! Reading an informer: [`Lister`].

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use lookglass_object::{IntoKey, Key, KeyError, Matcher, Object, ResourceVersion, Selector, Status};

use crate::core::{Cell, Core};
use crate::error::WaitError;
use crate::{Snapshot, core};

/// Reads what an informer holds: all of it, or [one namespace](Self::namespace).
///
/// A handle. It does not keep the informer running: once that is stopped, there is nothing here.
///
/// # Cost
///
/// Nothing is decoded or unpacked: results are [`Object`]s, and each counts a reference. [`get`](Self::get) is one lock and one
/// hash. [`list`](Self::list) asks an index where there is one for the selector or the namespace, and otherwise puts the
/// selector once to each set of labels, of which objects of one workload share one. No lock is held while lists are made.
///
/// # Examples
///
/// ```no_run
/// # async fn example(pods: lookglass_informer::SharedInformer<k8s_openapi::api::core::v1::Pod>) -> Result<(), Box<dyn std::error::Error>> {
/// let web = "app=web,tier!=db".parse()?;
/// for pod in pods.lister().namespace("default").list(&web) {
///     let pod = pod.typed()?;
///     println!("{:?}", pod.metadata.name);
/// }
/// let web_0 = pods.lister().require("default/web-0")?;
/// println!("{:?}", web_0.labels().get("app"));
/// # Ok(()) }
/// ```
pub struct Lister<K> {
    core: Arc<Core>,
    namespace: Option<Arc<str>>,
    view: PhantomData<fn() -> K>,
}

impl<K> Lister<K> {
    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core, namespace: None, view: PhantomData }
    }

    /// The same for one namespace; the empty one means all.
    #[must_use]
    pub fn namespace(&self, namespace: &str) -> Self {
        let namespace = (!namespace.is_empty()).then(|| namespace.into());
        Self { core: Arc::clone(&self.core), namespace, view: PhantomData }
    }

    /// The object of this key; with a [`namespace`](Self::namespace), a bare name is one in it. `None` also for a text that is no
    /// key, and for an object of another namespace.
    #[must_use]
    pub fn get(&self, key: impl IntoKey) -> Option<Object<K>> {
        self.find(&self.key(key).ok()?)
    }

    /// As [`get`](Self::get), for an object that ought to be there.
    ///
    /// # Errors
    ///
    /// The API server's own answer: a [`Status`] whose [`is_not_found`](Status::is_not_found) is true, or a bad request for a text
    /// that is no key.
    pub fn require(&self, key: impl IntoKey) -> Result<Object<K>, Status> {
        let key = self.key(key).map_err(|error| Status::bad_request(error.to_string()))?;
        self.find(&key).ok_or_else(|| Status::not_found(&self.core.gvr, key.name()))
    }

    /// The objects that the selector chooses, in no order.
    #[must_use]
    pub fn list(&self, selector: &Selector) -> Vec<Object<K>> {
        self.core.select(self.namespace.as_deref(), selector).into_iter().map(Object::into_cast).collect()
    }

    /// All objects, in no order.
    #[must_use]
    pub fn all(&self) -> Vec<Object<K>> {
        self.list(&Selector::everything())
    }

    /// The keys of all objects, in no order.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        match &self.namespace {
            Some(namespace) => self.core.by_namespace.keys(&**namespace),
            None => self.core.store.list_keys(),
        }
    }

    /// Visits the objects that the selector chooses, without collecting them and without a lock: the visitor sees one moment,
    /// and may do what it likes.
    pub fn visit(&self, selector: &Selector, mut visit: impl FnMut(&Object<K>)) {
        self.core.visit(self.namespace.as_deref(), selector, &mut |object| visit(&object.cast()));
    }

    /// How many objects there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.namespace {
            Some(namespace) => self.core.by_namespace.count(&**namespace),
            None => self.core.store.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everything at this moment, for as long as it is kept (whatever the namespace of this lister).
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<K> {
        Snapshot::new(self.core.store.snapshot())
    }

    /// Waits until everything that happened up to a version can be read here: for reading one's own write, give the version
    /// that the write returned.
    ///
    /// # What a version means
    ///
    /// * It is one of *this* resource, from the same cluster: what a write to it returned, or a list said. Versions of other
    ///   resources cannot be compared with it.
    /// * Each watch gets ahead by its own events and by bookmarks. After a write to a watched object the event comes at once.
    ///   A write to an object that the informer's selectors leave out gives no event; the version is then reached with the
    ///   next event of another object, or the next bookmark, about a minute later.
    /// * An informer of several namespaces has a watch for each. This waits for all of them, and those in which nothing
    ///   happens get ahead by bookmarks only: narrow the lister to the [`namespace`](Self::namespace) that was written to, and
    ///   only its watch is waited for.
    /// * When the informer reconnects or is restarted, the version it is at is that of the list or watch it goes on from, so
    ///   what was reached once may take until then to be reached again. When the API server itself loses data (a restore from
    ///   a backup), versions go back, and one from before may never be reached.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    ///
    /// # Errors
    ///
    /// It took longer than `patience`, the version is none, or the informer was stopped.
    pub async fn wait_until(&self, version: &ResourceVersion, patience: Duration) -> Result<(), WaitError> {
        self.core.wait_until(self.namespace.as_ref(), version, patience).await
    }

    fn key(&self, key: impl IntoKey) -> Result<Key, KeyError> {
        let key = key.into_key()?;
        Ok(match &self.namespace {
            Some(namespace) if key.namespace().is_none() => {
                let inside = Key::new(namespace, key.name());
                match key.cluster() {
                    Some(cluster) => inside.with_cluster(cluster),
                    None => inside,
                }
            }
            _ => key,
        })
    }

    fn find(&self, key: &Key) -> Option<Object<K>> {
        let inside = self.namespace.as_deref().is_none_or(|namespace| key.namespace() == Some(namespace));
        if inside { self.core.store.get_by_key(key).map(Object::into_cast) } else { None }
    }
}

impl<K> Clone for Lister<K> {
    fn clone(&self) -> Self {
        Self { core: Arc::clone(&self.core), namespace: self.namespace.clone(), view: PhantomData }
    }
}

impl<K> fmt::Debug for Lister<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lister")
            .field("resource", &self.core.gvr)
            .field("namespace", &self.namespace)
            .field("objects", &self.len())
            .finish()
    }
}

impl Core {
    /// The objects that a selector chooses, by way of an index where one serves.
    fn select(&self, namespace: Option<&str>, selector: &Selector) -> Vec<Cell> {
        if let Some(mut objects) = self.by_label_index(selector) {
            let exact = selector.requirements().len() == 1;
            if !exact || namespace.is_some() {
                let inside = |object: &Cell| namespace.is_none_or(|namespace| object.namespace() == Some(namespace));
                objects.retain(|object| inside(object) && (exact || selector.matches(object.labels())));
            }
            return objects;
        }
        let mut chosen = Vec::new();
        if selector.is_nothing() {
            return chosen;
        }
        match namespace {
            Some(namespace) if selector.is_empty() => return self.by_namespace.get(namespace),
            None if selector.is_empty() => return self.store.list(),
            _ => self.scan(namespace, selector.matcher(), &mut |object| chosen.push(object.clone())),
        }
        chosen
    }

    fn visit(&self, namespace: Option<&str>, selector: &Selector, visit: &mut dyn FnMut(&Cell)) {
        match self.by_label_index(selector) {
            Some(objects) => {
                let inside = |object: &&Cell| namespace.is_none_or(|namespace| object.namespace() == Some(namespace));
                let chosen = objects.iter().filter(inside).filter(|object| selector.matches(object.labels()));
                chosen.for_each(visit);
            }
            None if selector.is_nothing() => {}
            None => self.scan(namespace, selector.matcher(), visit),
        }
    }

    fn scan(&self, namespace: Option<&str>, mut matcher: Matcher, visit: &mut dyn FnMut(&Cell)) {
        let mut look = |_: &Key, object: &Cell| {
            if matcher.matches(object.labels()) {
                visit(object);
            }
        };
        match namespace {
            Some(namespace) => self.by_namespace.for_each(namespace, look),
            None => self.store.for_each(&mut look),
        }
    }

    /// The objects that have the one value that the selector allows for a label with an index.
    fn by_label_index(&self, selector: &Selector) -> Option<Vec<Cell>> {
        let indexes = self.label_indexes.read();
        // Most informers have none.
        let usable = indexes.iter().filter_map(|(label, name)| Some((name, selector.requires_exact_match(label)?)));
        // An index whose handles are gone is gone as well.
        usable.filter_map(|(name, value)| self.store.by_index(name, value).ok()).next()
    }

    async fn wait_until(
        &self,
        namespace: Option<&Arc<str>>,
        version: &ResourceVersion,
        patience: Duration,
    ) -> Result<(), WaitError> {
        if version.partial_cmp(&ResourceVersion::from(1)).is_none() {
            return Err(WaitError::Incomparable { wanted: version.clone() });
        }
        let parts = self.parts();
        let covers = |part: &core::Part| match (namespace, &part.namespace) {
            (Some(wanted), Some(watched)) => wanted == watched,
            _ => true,
        };
        let wanted: Vec<usize> =
            parts.iter().enumerate().filter(|(_, part)| covers(part)).map(|(number, _)| number).collect();
        if let (Some(namespace), true) = (namespace, wanted.is_empty()) {
            return Err(WaitError::NotWatched { namespace: Arc::clone(namespace) });
        }
        let reached = self.progress.wait(|progress| {
            let there = |number: &usize| {
                progress.get(*number).is_some_and(|part| part.version == *version || part.version.newer_than(version))
            };
            wanted.iter().all(there).then_some(())
        });
        match tokio::time::timeout(patience, reached).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(core::Stopped)) => Err(WaitError::Stopped),
            Err(_) => {
                let progress = self.progress.parts();
                let reached = wanted.iter().filter_map(|number| {
                    Some((parts.get(*number)?.namespace.clone(), progress.get(*number)?.version.clone()))
                });
                let (wanted, reached) = (version.clone(), reached.collect());
                Err(WaitError::TimedOut { wanted, waited: patience, reached })
            }
        }
    }
}
