//! What any indexed store must do.
//!
//! Implement [`StoreContract`] for your store of [`Sample`]s and call [`all`] with a function that makes an empty one.
//!
//! ```
//! use lookglass_cache::Store;
//! use lookglass_cache::conformance::store;
//!
//! store::all(|| store::indexed_store(Store::builder()));
//! ```

use std::fmt::Debug;

use crate::{Index, Store, StoreBuilder};

/// What the suite stores. Its key is `namespace/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Sample {
    /// First part of the key.
    pub namespace: String,
    /// Second part of the key.
    pub name: String,
    /// The label that is indexed.
    pub app: Option<String>,
    /// Tells the versions of a key apart.
    pub version: u64,
}

impl Sample {
    /// A sample without app, of version 1.
    #[must_use]
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned(), app: None, version: 1 }
    }

    /// The same with this app.
    #[must_use]
    pub fn app(mut self, app: &str) -> Self {
        self.app = Some(app.to_owned());
        self
    }

    /// The same in this version.
    #[must_use]
    pub const fn version(mut self, version: u64) -> Self {
        self.version = version;
        self
    }

    /// `namespace/name`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

/// An operation of a batch.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "an implementation must handle every one")]
pub enum Operation {
    /// Store it.
    Put(Sample),
    /// Remove what has its key.
    Delete(Sample),
}

/// A store of samples. Indexes are known by name.
pub trait StoreContract {
    /// Stores a sample, whether or not its key is there.
    fn add(&self, sample: Sample);
    /// The same.
    fn update(&self, sample: Sample);
    /// Removes what has the key of this sample; nothing happens if there is none.
    fn delete(&self, sample: &Sample);
    /// What has the key of this sample.
    fn get(&self, sample: &Sample) -> Option<Sample>;
    /// What has this key.
    fn get_by_key(&self, key: &str) -> Option<Sample>;
    /// Everything, in any order.
    fn list(&self) -> Vec<Sample>;
    /// All keys, in any order.
    fn list_keys(&self) -> Vec<String>;
    /// Makes these the whole contents, at this revision.
    fn replace(&self, samples: Vec<Sample>, revision: &str);
    /// Changes nothing.
    fn resync(&self);
    /// Says which revision the contents are at.
    fn bookmark(&self, revision: &str);
    /// What was said last.
    fn revision(&self) -> Option<String>;
    /// Carries all out as one.
    fn batch(&self, operations: Vec<Operation>);
    /// Adds an index; false if there is one of that name.
    fn add_index(&self, name: &str, values: fn(&Sample) -> Vec<String>) -> bool;
    /// The keys under an index value, sorted; `None` if there is no such index.
    fn index_keys(&self, name: &str, value: &str) -> Option<Vec<String>>;
    /// The samples under an index value, in any order; `None` if there is no such index.
    fn by_index(&self, name: &str, value: &str) -> Option<Vec<Sample>>;
    /// Everything that shares an index value with this sample, each once, in any order; `None` if there is no such index.
    fn index(&self, name: &str, sample: &Sample) -> Option<Vec<Sample>>;
    /// All values of an index, in any order.
    fn index_values(&self, name: &str) -> Vec<String>;
}

/// Our own store for the suite: give it a builder with the settings to test.
#[must_use]
pub fn indexed_store(builder: StoreBuilder<String, Sample>) -> Store<String, Sample> {
    builder.build(Sample::key)
}

impl StoreContract for Store<String, Sample> {
    fn add(&self, sample: Sample) {
        Self::add(self, sample).expect("samples have keys");
    }

    fn update(&self, sample: Sample) {
        Self::update(self, sample).expect("samples have keys");
    }

    fn delete(&self, sample: &Sample) {
        Self::delete(self, sample).expect("samples have keys");
    }

    fn get(&self, sample: &Sample) -> Option<Sample> {
        Self::get(self, sample).expect("samples have keys")
    }

    fn get_by_key(&self, key: &str) -> Option<Sample> {
        Self::get_by_key(self, key)
    }

    fn list(&self) -> Vec<Sample> {
        Self::list(self)
    }

    fn list_keys(&self) -> Vec<String> {
        Self::list_keys(self)
    }

    fn replace(&self, samples: Vec<Sample>, revision: &str) {
        Self::replace(self, samples, revision.to_owned()).expect("samples have keys");
    }

    fn resync(&self) {
        Self::resync(self);
    }

    fn bookmark(&self, revision: &str) {
        Self::bookmark(self, revision.to_owned());
    }

    fn revision(&self) -> Option<String> {
        Self::revision(self)
    }

    fn batch(&self, operations: Vec<Operation>) {
        let fill = |batch: &mut crate::StoreBatch<String, Sample>| {
            for operation in operations {
                match operation {
                    Operation::Put(sample) => batch.update(sample),
                    Operation::Delete(sample) => batch.delete(&sample),
                }
            }
        };
        Self::batch(self, fill).complete().expect("samples have keys");
    }

    fn add_index(&self, name: &str, values: fn(&Sample) -> Vec<String>) -> bool {
        Self::add_index(self, Index::new(name, values)).map(crate::IndexHandle::forever).is_ok()
    }

    fn index_keys(&self, name: &str, value: &str) -> Option<Vec<String>> {
        Self::index_keys(self, name, value).ok()
    }

    fn by_index(&self, name: &str, value: &str) -> Option<Vec<Sample>> {
        Self::by_index(self, name, value).ok()
    }

    fn index(&self, name: &str, sample: &Sample) -> Option<Vec<Sample>> {
        Self::index(self, name, sample).ok()
    }

    fn index_values(&self, name: &str) -> Vec<String> {
        Self::index_values(self, name).expect("the suite asks for indexes it added")
    }
}

/// The whole suite; `make` makes an empty store.
pub fn all<S: StoreContract>(make: impl Fn() -> S) {
    upsert_and_delete(&make());
    replace_is_the_whole_contents(&make());
    revision_is_what_was_said(&make());
    batch_is_in_order(&make());
    index_follows_every_write(&make());
    index_may_be_added_to_a_filled_store(&make());
    several_index_values(&make());
    unknown_and_conflicting_indexes(&make());
}

fn by_app(sample: &Sample) -> Vec<String> {
    sample.app.iter().cloned().collect()
}

/// Every letter of the name.
fn by_letter(sample: &Sample) -> Vec<String> {
    sample.name.chars().map(String::from).collect()
}

fn same<T: Ord + Debug>(mut found: Vec<T>, expected: impl IntoIterator<Item = T>, what: &str) {
    let mut expected: Vec<T> = expected.into_iter().collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected, "{what}");
}

/// Adding and updating are the same; deleting what is absent is no error; what is read is what was written.
pub fn upsert_and_delete<S: StoreContract>(store: &S) {
    let one = Sample::new("ns1", "pod1");
    store.delete(&one);
    assert_eq!(store.get_by_key("ns1/pod1"), None, "nothing is there at first");
    store.update(one.clone());
    assert_eq!(store.get(&one), Some(one.clone()), "update stores what was absent");
    store.add(one.clone().version(2));
    assert_eq!(store.get_by_key("ns1/pod1"), Some(one.clone().version(2)), "add replaces what was there");
    store.add(Sample::new("ns2", "pod1"));
    same(store.list_keys(), ["ns1/pod1".to_owned(), "ns2/pod1".to_owned()], "keys");
    same(store.list(), [one.clone().version(2), Sample::new("ns2", "pod1")], "list");
    store.resync();
    same(store.list(), [one.clone().version(2), Sample::new("ns2", "pod1")], "list after resync");
    store.delete(&one);
    same(store.list(), [Sample::new("ns2", "pod1")], "list after deletion");
}

/// A replace removes what it does not list; the last of several values of a key counts; an empty one empties.
pub fn replace_is_the_whole_contents<S: StoreContract>(store: &S) {
    assert!(store.add_index("app", by_app), "the first index of this name");
    let [one, two, three] = ["pod1", "pod2", "pod3"].map(|name| Sample::new("ns1", name).app("l1"));
    store.replace(vec![one, two.clone()], "7");
    let newer = three.clone().version(2).app("l2");
    store.replace(vec![three, two.clone().version(3), newer.clone()], "8");
    same(store.list(), [two.clone().version(3), newer], "list after replace");
    assert_eq!(store.index_keys("app", "l1"), Some(vec![two.key()]), "index after replace");
    same(store.index_values("app"), ["l1".to_owned(), "l2".to_owned()], "index values after replace");
    store.replace(Vec::new(), "9");
    same(store.list(), [], "list after an empty replace");
    same(store.index_values("app"), [], "index values after an empty replace");
    assert_eq!(store.revision().as_deref(), Some("9"), "an empty replace has a revision too");
}

/// The revision is what replace or bookmark said last; deleting what is absent does not touch it.
pub fn revision_is_what_was_said<S: StoreContract>(store: &S) {
    store.replace(vec![Sample::new("ns1", "pod1")], "10");
    assert_eq!(store.revision().as_deref(), Some("10"), "after replace");
    store.delete(&Sample::new("ns1", "absent").version(99));
    assert_eq!(store.revision().as_deref(), Some("10"), "after deleting what is absent");
    store.bookmark("11");
    assert_eq!(store.revision().as_deref(), Some("11"), "after a bookmark");
    assert_eq!(store.list().len(), 1, "a bookmark changes no contents");
}

/// Operations of a batch count in their order.
pub fn batch_is_in_order<S: StoreContract>(store: &S) {
    let (one, two) = (Sample::new("ns1", "pod1"), Sample::new("ns1", "pod2"));
    store.batch(vec![
        Operation::Put(one.clone()),
        Operation::Put(two.clone()),
        Operation::Delete(two),
        Operation::Put(one.clone().version(2)),
        Operation::Delete(Sample::new("ns1", "absent")),
    ]);
    same(store.list(), [one.clone().version(2)], "list after the batch");
    store.batch(vec![Operation::Delete(one.clone()), Operation::Put(one.clone().version(3))]);
    same(store.list(), [one.version(3)], "deleted and made again in one batch");
}

/// A value is under its present index values and nowhere else; an index value that nothing has is gone.
pub fn index_follows_every_write<S: StoreContract>(store: &S) {
    assert!(store.add_index("app", by_app), "the first index of this name");
    let [one, two, three] = ["pod1", "pod2", "pod3"].map(|name| Sample::new("ns1", name).app("l1"));
    for sample in [&two, &one, &three] {
        store.add(sample.clone());
    }
    let keys = |value: &str| store.index_keys("app", value).unwrap_or_else(|| panic!("index app is there"));
    assert_eq!(keys("l1"), [one.key(), two.key(), three.key()], "keys come sorted");
    store.update(two.clone().app("l2"));
    assert_eq!((keys("l1"), keys("l2")), (vec![one.key(), three.key()], vec![two.key()]), "after a change of value");
    store.update(three.clone().version(2));
    same(
        store.by_index("app", "l1").unwrap_or_default(),
        [one.clone(), three.clone().version(2)],
        "an unchanged index value gives the new version",
    );
    store.update(Sample::new("ns1", "pod2"));
    same(store.index_values("app"), ["l1".to_owned()], "a value that nothing has is gone");
    let like_one = Sample::new("elsewhere", "unstored").app("l1");
    same(store.index("app", &like_one).unwrap_or_default(), [one.clone(), three.version(2)], "what shares a value");
    store.delete(&one);
    assert_eq!(keys("l1"), ["ns1/pod3".to_owned()], "after deletion");
    same(keys("never"), [], "a value that nothing has is no error");
}

/// An index that is added later covers what is there.
pub fn index_may_be_added_to_a_filled_store<S: StoreContract>(store: &S) {
    for number in 0..500 {
        store.add(Sample::new("ns1", &format!("pod{number}")).app(if number % 2 == 0 { "even" } else { "odd" }));
    }
    assert!(store.add_index("app", by_app), "the first index of this name");
    assert_eq!(store.index_keys("app", "odd").map(|keys| keys.len()), Some(250), "complete when the call returns");
    store.delete(&Sample::new("ns1", "pod1"));
    assert_eq!(store.index_keys("app", "odd").map(|keys| keys.len()), Some(249), "and kept from then on");
}

/// A value with several index values is under each, and is found once by what it shares.
pub fn several_index_values<S: StoreContract>(store: &S) {
    assert!(store.add_index("letter", by_letter), "the first index of this name");
    let (abba, bob) = (Sample::new("ns1", "abba"), Sample::new("ns1", "bob"));
    store.add(abba.clone());
    store.add(bob.clone());
    assert_eq!(store.index_keys("letter", "b"), Some(vec![abba.key(), bob.key()]), "both have a b");
    assert_eq!(store.index_keys("letter", "a"), Some(vec![abba.key()]), "repeated values count once");
    same(store.index("letter", &abba).unwrap_or_default(), [abba.clone(), bob], "each once");
    store.delete(&abba);
    same(store.index_values("letter"), ["b".to_owned(), "o".to_owned()], "values after deletion");
}

/// Unknown indexes are told, names are unique, and a refused index changes nothing.
pub fn unknown_and_conflicting_indexes<S: StoreContract>(store: &S) {
    let one = Sample::new("ns1", "pod1").app("l1");
    store.add(one.clone());
    assert_eq!(store.index_keys("app", "l1"), None, "there is no such index yet");
    assert_eq!(store.by_index("app", "l1"), None, "there is no such index yet");
    assert_eq!(store.index("app", &one), None, "there is no such index yet");
    assert!(store.add_index("app", by_app), "the first index of this name");
    assert!(!store.add_index("app", by_letter), "the second index of this name");
    same(store.index_values("app"), ["l1".to_owned()], "the first index stays as it was");
}
