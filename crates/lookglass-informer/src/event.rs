//! What a subscriber is told: [`Event`], and what more it says of Kubernetes objects: [`EventExt`].

use lookglass_object::{Key, Object, Uid};

/// A change of the reflection. What it holds is [`Object`]s, which decode when asked.
///
/// ```
/// use lookglass_informer::{Event, EventExt as _};
///
/// fn tell<K>(event: &Event<K>) -> String {
///     match event {
///         Event::Added { object, initial } => format!("+ {} {initial}", object.key()),
///         Event::Updated { old, new } => format!("~ {} {} -> {}", new.key(), old.version(), new.version()),
///         Event::Deleted { last, certain } => format!("- {} {certain}", last.key()),
///     }
/// }
/// ```
pub type Event<K> = lookglass_cache::Event<Object<K>>;

/// What an [`Event`] says of its object.
pub trait EventExt {
    /// Which object it is about.
    fn key(&self) -> &Key;

    /// The keys of the controllers of this kind that own the object, or owned it before an update: what a controller of that
    /// kind puts into its queue. Malformed owner references are none.
    ///
    /// ```
    /// use lookglass_informer::{Event, EventExt as _};
    /// use lookglass_object::Key;
    ///
    /// fn deployments_to_look_at<K>(event: &Event<K>) -> Vec<Key> {
    ///     event.controller_owner("Deployment").collect()
    /// }
    /// ```
    fn controller_owner(&self, kind: &str) -> OwnerKeys;
}

/// The owners of an object before and after a change: at most two keys, different ones.
#[derive(Clone, Debug)]
pub struct OwnerKeys {
    keys: [Option<Key>; 2],
}

impl Iterator for OwnerKeys {
    type Item = Key;

    fn next(&mut self) -> Option<Key> {
        let [first, second] = &mut self.keys;
        first.take().or_else(|| second.take())
    }
}

impl<K> EventExt for Event<K> {
    fn key(&self) -> &Key {
        self.object().key()
    }

    fn controller_owner(&self, kind: &str) -> OwnerKeys {
        let after = controller_of(self.object(), kind);
        let before = match self {
            Self::Updated { old, new } if !old.is_same(new) => controller_of(old, kind),
            _ => None,
        };
        let before = before.filter(|before| after.as_ref().is_none_or(|after| after.1 != before.1));
        OwnerKeys { keys: [after.map(|(key, _)| key), before.map(|(key, _)| key)] }
    }
}

/// The controller of this kind that owns the object. It lives in the object's namespace, as the API demands, or in none.
fn controller_of<K>(object: &Object<K>, kind: &str) -> Option<(Key, Uid)> {
    let owners = object.owner_references().ok()?;
    let owner = owners.into_iter().find(|owner| owner.controller == Some(true) && owner.kind == kind)?;
    let mut key = Key::new(object.namespace().unwrap_or_default(), &owner.name);
    if let Some(cluster) = object.cluster() {
        key = key.with_cluster(cluster);
    }
    Some((key, Uid::from(owner.uid.as_str())))
}
