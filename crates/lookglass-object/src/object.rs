//! One version of an object: [`Object`].

mod read;
#[cfg(test)]
mod tests;

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    ClusterName, DecodeError, Decoder, Dynamic, Encoding, Family, Gvk, IntoPath, Key, LabelSet, Labels, Memory, Meta,
    ResourceVersion, Uid,
    cell::{Body, Cell, Held, HoldsAs, Packing},
    decoder::{ToJson, to_json},
};

pub use read::ReadError;

/// One version of an object, as a cell of bytes that is decoded when somebody asks.
///
/// `K` says what [`typed`](Self::typed) gives and nothing else: the cell is the same for all, and [`cast`](Self::cast) changes
/// the view without touching it.
///
/// ```
/// use k8s_openapi::api::core::v1::Pod;
/// use lookglass_object::{Arrival, Depot, Gvk, Intake, Object};
///
/// let family = Depot::global().family(&Gvk::core("v1", "Pod"));
/// let mut intake = Intake::<Pod>::new(family);
/// let pod: Object<Pod> = intake.json(br#"{
///     "metadata": {"name": "web-0", "namespace": "default", "resourceVersion": "7", "labels": {"app": "web"}},
///     "spec": {"nodeName": "node-7", "containers": []}
/// }"#, Arrival::Changed)?;
///
/// assert_eq!(pod.key().to_string(), "default/web-0");
/// assert_eq!(pod.labels().get("app"), Some("web"));
/// assert_eq!((&*pod.api_version(), pod.kind()), ("v1", "Pod"));
/// assert_eq!(pod.at("spec.nodeName").unwrap().as_str(), Some("node-7"));
/// assert_eq!(pod.typed()?.spec.as_ref().unwrap().node_name.as_deref(), Some("node-7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
///
/// One pointer wide; cloning counts a reference. Key, uid, version, labels and kind lie in the cell and are free. Everything
/// else reads the bytes (unpacking them first if they are packed): JSON as far as needed, of protobuf the value that is asked
/// for, which becomes JSON in passing. [`typed`](Self::typed) decodes once per version while the value is in use or among those that were used
/// last, whoever asks.
///
/// # Debug
///
/// Prints kind, key, version and sizes, and never anything of what is inside, which may be secret.
pub struct Object<K> {
    cell: Arc<Cell>,
    view: PhantomData<fn() -> K>,
}

impl<K> Object<K> {
    pub(crate) fn new(cell: Arc<Cell>) -> Self {
        Self { cell, view: PhantomData }
    }

    pub(crate) fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }

    /// Which object.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.cell.key
    }

    /// The cluster, if the key says one.
    #[must_use]
    pub fn cluster(&self) -> Option<&ClusterName> {
        self.cell.key.cluster()
    }

    /// The namespace; `None` for cluster-scoped objects.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.cell.key.namespace()
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.cell.key.name()
    }

    /// Which life of the object: one that is deleted and created again has another.
    #[must_use]
    pub fn uid(&self) -> &Uid {
        &self.cell.uid
    }

    /// Which version.
    #[must_use]
    pub fn version(&self) -> &ResourceVersion {
        &self.cell.version
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        &self.cell.labels
    }

    /// Group, version and kind.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        self.cell.family.gvk()
    }

    /// The kind, such as `Pod`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.gvk().kind()
    }

    /// Group and version, such as `v1` or `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> std::borrow::Cow<'_, str> {
        self.gvk().api_version()
    }

    /// What objects of this kind share.
    #[must_use]
    pub fn family(&self) -> &Arc<Family> {
        &self.cell.family
    }

    /// The annotations.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn annotations(&self) -> Result<BTreeMap<String, String>, DecodeError> {
        self.metadata_member("annotations")
    }

    /// The objects that own this one.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn owner_references(&self) -> Result<Vec<OwnerReference>, DecodeError> {
        self.metadata_member("ownerReferences")
    }

    /// What must happen before the object may go.
    ///
    /// # Errors
    ///
    /// They are malformed.
    pub fn finalizers(&self) -> Result<Vec<String>, DecodeError> {
        self.metadata_member("finalizers")
    }

    /// When deletion was asked for, as the server wrote it; `None` if it was not.
    ///
    /// # Errors
    ///
    /// It is malformed.
    pub fn deletion_timestamp(&self) -> Result<Option<String>, DecodeError> {
        self.metadata_member("deletionTimestamp")
    }

    /// The value at a place, such as `"/status/notAfter"` or `"spec.nodeName"` (see [`Path`](crate::Path)). `None` if there is
    /// none, and also if the path or the object is malformed: [`read`](Self::read) tells these apart.
    #[must_use]
    pub fn at(&self, path: impl IntoPath) -> Option<crate::Datum> {
        self.read(path).ok().flatten()
    }

    /// As [`at`](Self::at), with the reason when nothing can be read.
    ///
    /// # Errors
    ///
    /// The path or the object is malformed.
    pub fn read(&self, path: impl IntoPath) -> Result<Option<crate::Datum>, ReadError> {
        Ok(path.with_path(|path| read::at(&self.cell, path))??)
    }

    /// The whole object as a tree.
    ///
    /// # Errors
    ///
    /// The bytes are malformed.
    pub fn to_value(&self) -> Result<serde_json::Value, DecodeError> {
        self.cell.with_json(|json| read::parse(&self.cell, json))?
    }

    /// The whole object as JSON text, always with apiVersion and kind.
    ///
    /// # Errors
    ///
    /// The protobuf bytes are malformed.
    pub fn json(&self) -> Result<Vec<u8>, DecodeError> {
        self.with_json(<[u8]>::to_vec)
    }

    /// As [`json`](Self::json), without a copy of what is JSON already.
    ///
    /// # Errors
    ///
    /// The protobuf bytes are malformed.
    pub fn with_json<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        self.cell.with_json(read)
    }

    /// The bytes as they are held once unpacked, for passing on: JSON text, or a protobuf message without its envelope, as
    /// [`encoding`](Self::encoding) says.
    ///
    /// # Errors
    ///
    /// The object is held as a value that cannot be encoded.
    pub fn with_bytes<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        self.cell.with_bytes(read)
    }

    /// As [`with_bytes`](Self::with_bytes), copied.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn bytes(&self) -> Result<Vec<u8>, DecodeError> {
        self.with_bytes(<[u8]>::to_vec)
    }

    /// How the bytes are written.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.cell.encoding()
    }

    /// Whether the bytes have protobuf fields that the table does not know: then typed value and JSON lack them, and the
    /// object should be asked for as JSON. The bytes have them.
    ///
    /// Read from the bytes when first asked for, unless a reading before has met such a field; then remembered. `false` for
    /// malformed bytes, of which a reading says more.
    #[must_use]
    pub fn is_lossy(&self) -> bool {
        self.cell.is_lossy()
    }

    /// Whether the bytes are held as they came, so that packing could make them smaller.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.cell.is_raw()
    }

    /// Packs the bytes where they are, with the newest dictionary of the kind, if that makes them smaller. Nothing that is
    /// read changes, and nobody waits; `false` if somebody was reading at the moment, so it must be tried again.
    ///
    /// 2 to 10 us for a pod. [`Cooler`](crate::Cooler) calls it at the right time.
    #[must_use]
    pub fn pack(&self) -> bool {
        self.cell.pack() == Packing::Done
    }

    /// What this object takes; label set and dictionary, which it shares, are not in it.
    #[must_use]
    pub fn memory(&self) -> Memory {
        self.cell.memory()
    }

    /// The same cell seen as another type. Costs nothing; whether it can be decoded as that turns out when it is.
    #[must_use]
    pub fn cast<K2>(&self) -> Object<K2> {
        Object::new(Arc::clone(&self.cell))
    }

    /// As [`cast`](Self::cast), without counting a reference.
    #[must_use]
    pub fn into_cast<K2>(self) -> Object<K2> {
        Object::new(self.cell)
    }

    /// The same cell seen as a tree of JSON.
    #[must_use]
    pub fn dynamic(&self) -> Object<Dynamic> {
        self.cast()
    }

    /// The same cell seen as kind and metadata.
    #[must_use]
    pub fn meta(&self) -> Object<Meta> {
        self.cast()
    }

    /// Whether both are one cell in memory.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cell, &other.cell)
    }

    /// Whether both hold the same, byte for byte: for who cannot trust versions, as after a server was restored from a backup. Objects that hold a
    /// [projection](Self::project) cannot be compared, so those have the same content only if they are one cell.
    ///
    /// Reads both: what is packed is unpacked for the occasion, what is typed is encoded.
    #[must_use]
    pub fn has_content_of(&self, other: &Self) -> bool {
        self.is_same(other)
            || (self.encoding() == other.encoding()
                && self.cell.with_content(|mine| other.cell.with_content(|theirs| mine == theirs)).flatten()
                    == Some(true))
    }

    /// The object as a type of the reader's own; its decoder is registered if there is none yet.
    ///
    /// # Errors
    ///
    /// The bytes are malformed, or not such an object.
    pub fn typed_as<T: DeserializeOwned + Any + Send + Sync>(&self) -> Result<Arc<T>, DecodeError> {
        if self.cell.family.means::<T>().is_none() {
            self.cell.family.register(Decoder::<T>::new());
        }
        self.cell.typed()
    }

    /// An object that holds `P` made from this one, and of the rest only kind and metadata: the typed answer to client-go's
    /// transform. Key, uid, version and labels are shared; paths outside metadata find nothing.
    ///
    /// `bytes` is what `P` is to be counted with in [`Memory`].
    ///
    /// # Errors
    ///
    /// The metadata is malformed.
    pub fn project<P: Any + Send + Sync>(&self, value: P, bytes: usize) -> Result<Object<P>, DecodeError> {
        self.hold(Arc::new(value), None, bytes)
    }

    fn hold<P: Any + Send + Sync>(
        &self,
        value: Arc<P>,
        encode: Option<ToJson<P>>,
        cost: usize,
    ) -> Result<Object<P>, DecodeError> {
        let document = read::metadata_document(&self.cell)?;
        let held = Held { value: Arc::new(HoldsAs { value, encode }), document, cost };
        let Cell { family, key, uid, version, labels, .. } = &*self.cell;
        let same = (key.clone(), uid.clone(), version.clone(), labels.clone());
        let cell = Cell::new(Arc::clone(family), same, Encoding::Json, Body::Value(Box::new(held)));
        cell.note_lossy_as(&self.cell);
        Ok(Object::new(cell))
    }

    fn metadata_member<T: DeserializeOwned + Default>(&self, name: &str) -> Result<T, DecodeError> {
        read::metadata_member(&self.cell, name)
    }
}

impl<K: Any + Send + Sync> Object<K> {
    /// The typed value, decoded once per version while it is in use or was lately: every reader gets the same `Arc`.
    ///
    /// # Errors
    ///
    /// The bytes are not such an object. It stays readable as [`dynamic`](Self::dynamic).
    pub fn typed(&self) -> Result<Arc<K>, DecodeError> {
        self.cell.typed()
    }
}

impl<K: Clone + Any + Send + Sync> Object<K> {
    /// The typed value for the caller alone, to be changed and written back. It is decoded for the occasion and not remembered.
    ///
    /// # Errors
    ///
    /// As for [`typed`](Self::typed).
    pub fn into_owned(self) -> Result<K, DecodeError> {
        self.cell.owned()
    }
}

impl<K: Serialize + Any + Send + Sync> Object<K> {
    /// An object that holds the decoded value instead of bytes. Reading it typed is free; what else is read of it is read
    /// from kind and metadata, which are kept as bytes, or encoded for the occasion.
    ///
    /// # Errors
    ///
    /// The bytes are not such an object.
    pub fn into_typed(self) -> Result<Self, DecodeError> {
        let (value, cost) = (self.cell.typed()?, size_of::<K>() + self.cell.cost());
        self.hold(value, Some(to_json::<K>), cost)
    }
}

impl<K> Clone for Object<K> {
    fn clone(&self) -> Self {
        self.cast()
    }
}

/// Equal if key, uid and version are: a version never changes.
impl<K> PartialEq for Object<K> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
            || (self.key() == other.key() && self.uid() == other.uid() && self.version() == other.version())
    }
}

impl<K> Eq for Object<K> {}

impl<K> Hash for Object<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.key(), self.uid(), self.version()).hash(state);
    }
}

/// So that a [`Selector`](crate::Selector) takes an object as it is.
impl<K> Labels for Object<K> {
    fn label(&self, key: &str) -> Option<&str> {
        self.labels().get(key)
    }
}

impl<K> fmt::Debug for Object<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Memory { raw_bytes, packed_bytes, typed_bytes, .. } = self.memory();
        f.debug_struct("Object")
            .field("gvk", self.gvk())
            .field("key", self.key())
            .field("version", self.version())
            .field("bytes", &(raw_bytes + packed_bytes + typed_bytes))
            .finish_non_exhaustive()
    }
}
