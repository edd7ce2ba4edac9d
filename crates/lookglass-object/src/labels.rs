//! The labels of an object: [`LabelSet`].

use std::{
    fmt,
    hash::{Hash, Hasher},
    ops::Range,
    sync::{Arc, Weak},
};

use crate::{Labels, intern::Table};

/// The labels of an object, sorted by key and shared by all objects that have the same ones.
///
/// One pointer wide; cloning counts a reference. Sets come from an [`Interner`](crate::Interner).
///
/// ```
/// # let interner = lookglass_object::Interner::new();
/// let labels = interner.labels([("tier", "front"), ("app", "web")]);
/// assert_eq!(labels.get("tier"), Some("front"));
/// assert_eq!(labels.iter().collect::<Vec<_>>(), [("app", "web"), ("tier", "front")]);
/// ```
#[derive(Clone, Default)]
pub struct LabelSet(Option<Arc<Pairs>>);

impl LabelSet {
    /// The value of the label `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        // Objects have a handful of labels: going through them costs less than halving, and most keys differ in length.
        let pairs = self.0.as_deref()?;
        let mut start = 0;
        for ends in pairs.ends.chunks_exact(2) {
            let (middle, end) = (ends[0] as usize, ends[1] as usize);
            if middle - start == key.len() && pairs.text.as_bytes()[start..middle] == *key.as_bytes() {
                return Some(&pairs.text[middle..end]);
            }
            start = end;
        }
        None
    }

    /// Whether there is a label `key`.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Keys and values, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        let pairs = self.0.as_deref();
        let text = pairs.map_or("", |pairs| &*pairs.text);
        let ends = pairs.map_or(&[][..], |pairs| &*pairs.ends);
        ends.chunks_exact(2).scan(0, move |start, ends| {
            let (key, value) = (ends[0] as usize, ends[1] as usize);
            let pair = (&text[*start..key], &text[key..value]);
            *start = value;
            Some(pair)
        })
    }

    /// How many labels there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_deref().map_or(0, |pairs| pairs.ends.len() / 2)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether both are one set in memory. Of sets from one [`Interner`](crate::Interner) this is so exactly if they are
    /// equal, so what was found for one need not be found again for the other.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl LabelSet {
    /// The address of the set in memory.
    pub(crate) fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |pairs| Arc::as_ptr(pairs).addr())
    }
}

impl Labels for LabelSet {
    fn label(&self, key: &str) -> Option<&str> {
        self.get(key)
    }
}

impl From<Arc<Pairs>> for LabelSet {
    fn from(pairs: Arc<Pairs>) -> Self {
        Self(Some(pairs))
    }
}

impl PartialEq for LabelSet {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || self.iter().eq(other.iter())
    }
}

impl Eq for LabelSet {}

impl Hash for LabelSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(pairs) = &self.0 {
            (&pairs.text, &pairs.ends).hash(state);
        }
    }
}

impl fmt::Debug for LabelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// What a set holds: all texts in one, and where each ends. Key, value, key, value.
pub(crate) struct Pairs {
    text: Box<str>,
    ends: Box<[u32]>,
    hash: u64,
    table: Weak<Table>,
}

impl Pairs {
    pub(crate) fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn heap_size(&self) -> usize {
        2 * size_of::<usize>() + size_of::<Self>() + self.text.len() + size_of_val(&*self.ends)
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        if let Some(table) = self.table.upgrade() {
            table.forget(self);
        }
    }
}

/// Where a reader puts labels down before they are interned; reused, so that in the long run nothing is allocated.
#[derive(Default)]
pub(crate) struct LabelBuffer {
    text: String,
    pairs: Vec<Pair>,
    /// Ends in the text that results once the pairs are sorted.
    ends: Vec<u32>,
}

#[derive(Clone)]
struct Pair {
    key: Range<u32>,
    value: Range<u32>,
}

impl LabelBuffer {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.pairs.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Appends a pair. Texts beyond 4 GiB do not fit; the sizes of documents are bounded far below.
    pub(crate) fn push(&mut self, key: &str, value: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(key);
        let middle = self.text.len() as u32;
        self.text.push_str(value);
        self.pairs.push(Pair { key: start..middle, value: middle..self.text.len() as u32 });
    }

    /// Sorts by key and keeps the last of each key. Servers send keys sorted: then only the ends are written.
    pub(crate) fn sort(&mut self) {
        let Self { text, pairs, ends } = self;
        let key = |pair: &Pair| &text[pair.key.start as usize..pair.key.end as usize];
        if !pairs.windows(2).all(|two| key(&two[0]) < key(&two[1])) {
            let mut sorted = pairs.clone();
            // Stable, so that of equal keys the last written comes last, which after turning round comes first.
            sorted.sort_by(|one, other| key(one).cmp(key(other)));
            sorted.reverse();
            sorted.dedup_by(|one, other| key(one) == key(other));
            sorted.reverse();
            let unsorted = std::mem::take(text);
            pairs.clear();
            for Pair { key, value } in sorted {
                let part = |range: Range<u32>| &unsorted[range.start as usize..range.end as usize];
                let start = text.len() as u32;
                text.push_str(part(key));
                let middle = text.len() as u32;
                text.push_str(part(value));
                pairs.push(Pair { key: start..middle, value: middle..text.len() as u32 });
            }
        }
        ends.clear();
        ends.extend(pairs.iter().flat_map(|pair| [pair.key.end, pair.value.end]));
    }

    /// Whether these pairs, once sorted, are those.
    pub(crate) fn spells(&self, pairs: &Pairs) -> bool {
        *self.text == *pairs.text && *self.ends == *pairs.ends
    }

    pub(crate) fn to_pairs(&self, hash: u64, table: Weak<Table>) -> Pairs {
        Pairs { text: self.text.as_str().into(), ends: self.ends.as_slice().into(), hash, table }
    }
}

/// Hashes what [`LabelBuffer::spells`] compares; sort first.
impl Hash for LabelBuffer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.text.as_bytes());
        for end in &self.ends {
            state.write_u32(*end);
        }
    }
}
