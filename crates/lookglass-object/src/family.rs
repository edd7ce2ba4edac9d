//! What objects of one kind share: [`Family`].

use std::{
    any::{Any, TypeId},
    fmt,
    sync::Arc,
};

use parking_lot::RwLock;
use serde::de::DeserializeOwned;

use crate::{
    Decoder, Dynamic, Encoding, Gvk, Memory, Meta,
    codec::Codec,
    decoder::Means,
    depot::Shared,
    memory::Counts,
    pack::{Packer, Training},
    scan::Names,
    table::{Message, Table},
};

/// What all objects of one kind have in common, so that each of them need only point to it: the kind's names, its message in
/// the table, the decoders of the types it is read as, the dictionaries, and the count of what the objects take.
///
/// Comes from a [`Depot`](crate::Depot), which has one of each.
pub struct Family {
    gvk: Gvk,
    metadata_only: bool,
    pub(crate) names: Names,
    pub(crate) message: Option<&'static Message>,
    pub(crate) depot: Arc<Shared>,
    pub(crate) counts: Arc<Counts>,
    json: Arc<Packer>,
    protobuf: Arc<Packer>,
    decoders: RwLock<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>,
}

impl Family {
    pub(crate) fn new(gvk: Gvk, metadata_only: bool, depot: Arc<Shared>) -> Self {
        let counts = Arc::<Counts>::default();
        let entry = if metadata_only {
            Table::builtin().kind("meta.k8s.io", "v1", "PartialObjectMetadata")
        } else {
            Table::builtin().kind(gvk.group(), gvk.version(), gvk.kind())
        };
        let family = Self {
            names: Names::new(&gvk.api_version(), gvk.kind()),
            message: entry.map(|entry| entry.message()).filter(|message| message.has_protobuf()),
            gvk,
            metadata_only,
            depot,
            json: Arc::new(Packer::new(Arc::clone(&counts))),
            protobuf: Arc::new(Packer::new(Arc::clone(&counts))),
            counts,
            decoders: RwLock::default(),
        };
        family.register(Decoder::<Dynamic>::new());
        family.register(Decoder::<Meta>::new());
        family
    }

    /// The kind.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        &self.gvk
    }

    /// Whether these are objects of which only metadata is known.
    #[must_use]
    pub fn is_metadata_only(&self) -> bool {
        self.metadata_only
    }

    /// Whether its fields are known, so that its objects can come in protobuf.
    #[must_use]
    pub fn has_protobuf(&self) -> bool {
        self.message.is_some()
    }

    /// Lets objects of this kind be read as `K`, which k8s-openapi's types can be anyway. The first decoder of a type stays.
    pub fn register<K: Any + Send + Sync>(&self, decoder: Decoder<K>) {
        let id = TypeId::of::<K>();
        let mut decoders = self.decoders.write();
        if decoders.iter().all(|(known, _)| *known != id) {
            decoders.push((id, Arc::new(decoder)));
        }
    }

    /// As [`register`](Self::register), with the type's own `Deserialize`.
    pub fn register_type<K: DeserializeOwned + Any + Send + Sync>(&self) {
        self.register(Decoder::<K>::new());
    }

    /// What the live objects of this kind take, and their dictionaries.
    #[must_use]
    pub fn memory(&self) -> Memory {
        self.counts.memory()
    }

    /// The dictionary that is due to be learnt, if one is: asked for after objects have come in.
    pub fn training(&self) -> Option<Training> {
        let (_, raw_bytes) = self.counts.size();
        let due = |packer: &Arc<Packer>| packer.training(&self.depot.contexts, raw_bytes);
        due(&self.protobuf).or_else(|| due(&self.json))
    }

    /// Lets go of dictionaries, and of the copies of objects that one was to be learnt from, when there is no object left that they could serve.
    pub(crate) fn forget(&self) {
        self.protobuf.forget();
        self.json.forget();
    }

    pub(crate) fn is(&self, gvk: &Gvk, metadata_only: bool) -> bool {
        self.metadata_only == metadata_only && self.gvk == *gvk
    }

    /// How `K` is decoded: as was registered, or as a built-in kind.
    pub(crate) fn means<K: Any + Send + Sync>(&self) -> Option<Means<K>> {
        let id = TypeId::of::<K>();
        let decoders = self.decoders.read();
        let own = decoders.iter().find(|(known, _)| *known == id).and_then(|(_, decoder)| decoder.downcast_ref());
        own.copied().map(Means::Own).or_else(|| Codec::for_type::<K>().map(Means::BuiltIn))
    }

    pub(crate) fn packer(&self, encoding: Encoding) -> &Arc<Packer> {
        match encoding {
            Encoding::Json => &self.json,
            Encoding::Protobuf => &self.protobuf,
        }
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        self.depot.tidy();
    }
}

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("gvk", &self.gvk).field("memory", &self.memory()).finish_non_exhaustive()
    }
}
