//! Finding keys without making them.

use std::hash::{Hash, Hasher};

use hashbrown::Equivalent;

use super::{Key, KeyError};

/// What can stand for a key in a lookup: `lister.get("default/web-0")`, `lister.get(("default", "web-0"))`,
/// `lister.get(&key)`.
///
/// Texts are read as [`Key`]'s `FromStr` does; pairs are namespace (empty for none) and name.
pub trait IntoKey {
    /// The key that is meant.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnexpectedFormat`] if a text is no key.
    fn into_key(self) -> Result<Key, KeyError>;
}

impl IntoKey for Key {
    fn into_key(self) -> Result<Key, KeyError> {
        Ok(self)
    }
}

impl IntoKey for &Key {
    fn into_key(self) -> Result<Key, KeyError> {
        Ok(self.clone())
    }
}

impl IntoKey for &str {
    fn into_key(self) -> Result<Key, KeyError> {
        self.parse()
    }
}

impl IntoKey for &String {
    fn into_key(self) -> Result<Key, KeyError> {
        self.parse()
    }
}

impl IntoKey for String {
    fn into_key(self) -> Result<Key, KeyError> {
        self.parse()
    }
}

impl<N: AsRef<str>, M: AsRef<str>> IntoKey for (N, M) {
    fn into_key(self) -> Result<Key, KeyError> {
        Ok(Key::new(self.0.as_ref(), self.1.as_ref()))
    }
}

/// The parts of a key, borrowed, for lookups that must not allocate (texts above 128 bytes do).
///
/// Hashes like the [`Key`] of the same parts and is [`Equivalent`] to it, so a `hashbrown` table keyed by `Key` answers it
/// directly; a plain `str` does the same for keys without a cluster. For a table with hashes of its own, hash with this type's
/// `Hash` and compare with `==`.
///
/// ```
/// use hashbrown::HashMap;
/// use lookglass_object::{Key, KeyRef};
/// # use std::hash::BuildHasherDefault;
/// # type Seeded = BuildHasherDefault<std::hash::DefaultHasher>;
///
/// let mut phases: HashMap<Key, &str, Seeded> = HashMap::default();
/// phases.insert(Key::new("default", "web-0"), "Running");
/// assert_eq!(phases.get("default/web-0"), Some(&"Running"));
/// assert_eq!(phases.get(&KeyRef::new("default", "web-0")), Some(&"Running"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRef<'a> {
    cluster: Option<&'a str>,
    namespace: &'a str,
    name: &'a str,
}

impl<'a> KeyRef<'a> {
    /// The key `namespace/name`, or `name` alone when the namespace is empty.
    #[must_use]
    pub fn new(namespace: &'a str, name: &'a str) -> Self {
        Self { cluster: None, namespace, name }
    }

    /// The same in a cluster; an empty name means no cluster.
    #[must_use]
    pub fn in_cluster(self, cluster: &'a str) -> Self {
        Self { cluster: (!cluster.is_empty()).then_some(cluster), ..self }
    }

    /// The key of these parts.
    #[must_use]
    pub fn to_key(self) -> Key {
        let key = Key::new(self.namespace, self.name);
        match self.cluster {
            Some(cluster) => key.with_cluster(cluster),
            None => key,
        }
    }
}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One write of the whole text, as `Key` does: hashers may tell two writes from one.
        with_text(self.namespace, self.name, |text| text.hash(state));
        if let Some(cluster) = self.cluster {
            cluster.hash(state);
        }
    }
}

impl PartialEq<Key> for KeyRef<'_> {
    fn eq(&self, key: &Key) -> bool {
        self.cluster == key.cluster().map(super::ClusterName::as_str)
            && with_text(self.namespace, self.name, |text| text == key.as_str())
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self == key
    }
}

impl Equivalent<Key> for str {
    fn equivalent(&self, key: &Key) -> bool {
        key.cluster().is_none() && self == key.as_str()
    }
}

/// Nearly all keys are shorter; a buffer for the longest possible (317 bytes) would take longer to clear than to fill.
const LONGEST_USUAL: usize = 128;

/// Hands the text of a key to `f`; it lies on the stack unless it is unusually long.
pub(super) fn with_text<R>(namespace: &str, name: &str, f: impl FnOnce(&str) -> R) -> R {
    // Without this slash the name's own would be taken for the end of a namespace.
    if namespace.is_empty() && !name.contains('/') {
        return f(name);
    }
    let len = namespace.len() + 1 + name.len();
    let mut buffer = [0_u8; LONGEST_USUAL];
    if let Some(buffer) = buffer.get_mut(..len) {
        buffer[..namespace.len()].copy_from_slice(namespace.as_bytes());
        buffer[namespace.len()] = b'/';
        buffer[namespace.len() + 1..].copy_from_slice(name.as_bytes());
        if let Ok(text) = str::from_utf8(buffer) {
            return f(text);
        }
    }
    f(&[namespace, name].join("/"))
}
