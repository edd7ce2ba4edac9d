//! Every version of every object, and who is told of a new one.
//!
//! # Promises
//!
//! - One strictly growing sequence of versions numbers the changes of all resources. The first state of an empty storage is version 1.
//! - A change is a compare-and-swap. Its version is taken under the lock of its resource, and its watchers are told under it: what is seen of a
//!   resource is seen in the order of versions by everybody, none twice, and nothing is left out.
//! - A list is the state of one version, be it that pages of it are fetched while others write. As much of the past as [`Limits`] say can be
//!   listed and replayed; what is older is refused, never made up.
//! - Nobody waits for a watcher. One that falls too far behind is cut off: its watch ends, and what waited for it is freed.
//!
//! # Cost
//!
//! Each resource has a lock of its own, held for a change (a search by halving, a place in the history, a place in the line of each watcher that
//! selects it) and for taking a copy of the state, which is one reference counted. Lists and the states that watches begin with are read from
//! such copies without a lock. Objects and events are shared by all who hold them; nothing of them is ever copied but the
//! last matching state of an object that ceases to match, once for all watchers.

mod after;
mod backend;
mod event;
mod fields;
mod history;
mod hub;
mod limits;
mod line;
mod memory;
mod objects;
mod past;
mod reads;
mod selection;
mod shelf;
mod view;
mod watch;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use lookglass_object::{Gvr, Interner, Key};
use lookglass_protocol::Stored;
use parking_lot::RwLock;
use tokio::{sync::Notify, time::Instant};

use after::After;
use history::Floors;
use shelf::Shelf;

pub use backend::{ApiBackend, Writes};
pub use limits::Limits;
pub use memory::Memory;
pub use past::{Backup, Restart};
pub use watch::Watch;

/// Objects of many resources, with versions, history and watches. Handles are clones of one storage; with the last one its watches end.
///
/// ```
/// use lookglass_apiserver::storage::{Expect, Next, Storage};
/// use lookglass_object::{Gvr, Key};
/// use lookglass_protocol::{ChangeKind, Stored};
///
/// let storage = Storage::default();
/// let (resource, key) = (Gvr::core("v1", "configmaps"), Key::new("default", "web"));
/// let made = storage.commit(&resource, &key, Expect::Absent, |version| {
///     let meta = format!(r#"{{"name":"web","namespace":"default","resourceVersion":"{version}"}}"#);
///     let json = format!(r#"{{"kind":"ConfigMap","apiVersion":"v1","metadata":{meta}}}"#);
///     let labels = storage.interner().labels([]);
///     Next::Put(Stored::new(key.clone(), version, labels, ChangeKind::Added, json.as_bytes(), None))
/// });
/// let first = made.expect("nothing was there").object.version();
/// assert_eq!(storage.get(&resource, &key).map(|object| object.version()), Some(first));
/// ```
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    shelves: RwLock<Shelves>,
    version: AtomicU64,
    limits: Limits,
    interner: Interner,
    /// How many wait for a version that lies ahead; they wait on `moved`.
    waiting: AtomicUsize,
    moved: Notify,
}

/// With the last handle the watches end: nobody is left who could change anything.
impl Drop for Inner {
    fn drop(&mut self) {
        self.shelves.get_mut().by_resource.values().for_each(|shelf| shelf.end_watches());
    }
}

#[derive(Default)]
struct Shelves {
    by_resource: BTreeMap<Gvr, Arc<Shelf>>,
    /// How far back the past of a resource is known that nobody has asked for yet.
    floors: Floors,
}

/// What must be there for a change to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever changes must say one of these")]
pub enum Expect {
    /// Nothing.
    Absent,
    /// An object of this version.
    Version(u64),
    /// Whatever is there.
    Any,
}

/// What a change does. The object's version is the one that was handed out, its key the one that was named.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "whoever changes must say one of these")]
pub enum Next {
    /// There is this object now.
    Put(Stored),
    /// There is none any more; this is how it was last, with the version of the deletion.
    Remove(Stored),
}

/// A change that was made.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Committed {
    /// The object that was put, or removed.
    pub object: Stored,
    /// What was there before.
    pub previous: Option<Stored>,
}

/// A change that was not made: something else was there than expected.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Clash {
    /// What is there.
    pub current: Option<Stored>,
}

/// The version of an empty storage. Like etcd's first revision; 0 has a meaning of its own in requests.
const FIRST: u64 = 1;

impl Storage {
    /// An empty storage.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Inner {
            shelves: RwLock::default(),
            version: AtomicU64::new(FIRST),
            limits,
            interner: Interner::new(),
            waiting: AtomicUsize::new(0),
            moved: Notify::new(),
        }))
    }

    /// Where the label sets of its objects should come from, so that equal ones are one.
    #[must_use]
    pub fn interner(&self) -> &Interner {
        &self.0.interner
    }

    /// The version of the last change of anything.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.version.load(Ordering::SeqCst)
    }

    /// An object as it is now.
    #[must_use]
    pub fn get(&self, resource: &Gvr, key: &Key) -> Option<Stored> {
        self.shelf(resource).lock().objects.get(key.as_str()).cloned()
    }

    /// Makes a change, if what is there is as expected. `make` gets the version of the change and gives the object with it; it runs under the
    /// resource's lock, so what can be prepared should have been. It must not use the storage.
    ///
    /// # Errors
    ///
    /// Something else is there, or nothing is there that could be removed.
    pub fn commit(
        &self,
        resource: &Gvr,
        key: &Key,
        expected: Expect,
        make: impl FnOnce(u64) -> Next,
    ) -> Result<Committed, Clash> {
        let now = Instant::now();
        let shelf = self.shelf(resource);
        let mut after = After::default();
        let mut shelved = shelf.lock();
        let committed = shelved.commit(key, expected, now, &self.0.limits, || make(self.0.allot()), &mut after);
        if let Ok(committed) = &committed {
            shelf.tell(committed.object.version());
        }
        drop(shelved);
        after.run();
        self.0.announce();
        committed
    }

    /// Puts many objects at once, whatever is there: as if one had been committed after the other, with nobody in between. Gives the version of
    /// the last one.
    pub fn preload<M: FnOnce(u64) -> Stored>(
        &self,
        resource: &Gvr,
        objects: impl IntoIterator<Item = (Key, M)>,
    ) -> u64 {
        let now = Instant::now();
        let shelf = self.shelf(resource);
        let mut after = After::default();
        let mut shelved = shelf.lock();
        let mut last = self.version();
        for (key, make) in objects {
            let next = || Next::Put(make(self.0.allot()));
            let committed = shelved.commit(&key, Expect::Any, now, &self.0.limits, next, &mut after);
            last = committed.map_or(last, |committed| committed.object.version());
            shelf.tell(last);
        }
        drop(shelved);
        after.run();
        self.0.announce();
        last
    }

    fn shelf(&self, resource: &Gvr) -> Arc<Shelf> {
        if let Some(shelf) = self.0.shelves.read().by_resource.get(resource) {
            return shelf.clone();
        }
        let mut shelves = self.0.shelves.write();
        let floors = shelves.floors;
        shelves.by_resource.entry(resource.clone()).or_insert_with(|| Arc::new(Shelf::new(floors))).clone()
    }
}

/// With the default [`Limits`].
impl Default for Storage {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Inner {
    /// The next version. To be called under the lock of the resource that changes.
    fn allot(&self) -> u64 {
        self.version.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Tells those who wait for a version that there is a new one.
    fn announce(&self) {
        // Whoever waits has counted itself before it looked at the version, in one order with what is done here: either it saw the new
        // version or it is seen here.
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.moved.notify_waiters();
        }
    }
}
