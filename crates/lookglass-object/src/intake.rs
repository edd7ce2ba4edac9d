//! From the wire to cells: [`Intake`].

#[cfg(test)]
mod tests;

use std::{fmt, marker::PhantomData, sync::Arc};

use thiserror::Error;

use crate::{
    ClusterName, Encoding, Family, Key, Object, ResourceVersion, Retention, ScanError, Training, Uid,
    cell::{Body, Cell},
    json::{JsonError, JsonErrorKind, Reader},
    protobuf::{self, Envelope},
    scan::{Head, Notes, key_in_json, key_in_protobuf, scan_json, scan_next_json, scan_protobuf},
};

/// Looks up what there is already of a key, usually in a store; for [`Intake::known_by`].
pub type Lookup<K> = Arc<dyn Fn(&Key) -> Option<Object<K>> + Send + Sync>;

/// Makes objects of one kind out of the bytes that an API server sends.
///
/// One per stream: it keeps its scratch memory from object to object. Defaults:
///
/// * [`retention`](Self::retention): [`Retention::Auto`];
/// * [`cluster`](Self::cluster): none;
/// * [`keep_managed_fields`](Self::keep_managed_fields): no, because nobody reads them and they are a third of the bytes;
/// * [`known`](Self::known): nothing.
///
/// ```
/// use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake, IntakeError};
///
/// let family = Depot::global().family(&Gvk::new("example.org", "v1", "Widget"));
/// let mut intake = Intake::<Dynamic>::new(family);
/// let text = br#"{"kind":"Widget","metadata":{"name":"w","managedFields":[{}]}}"#;
/// let widget = intake.json(text, Arrival::Listed)?;
/// let text = r#"{"apiVersion":"example.org/v1","kind":"Widget","metadata":{"name":"w"}}"#;
/// assert_eq!(widget.bytes()?, text.as_bytes());
///
/// let cut_off = intake.json(br#"{"metadata":{"name":"#, Arrival::Listed);
/// assert!(matches!(cut_off, Err(IntakeError::Malformed { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Cost
///
/// One pass over the bytes and one copy. Four allocations: the cell, the key's text, the bytes, each of its exact size, and
/// a label set if it is a new one; one more for an object that is packed as a whole, so that others can be packed against it. A packed object is packed out of the scratch copy, so its raw form is never allocated. What was listed before there was a dictionary is packed
/// when one is [learnt](Self::training). Of an object that is [known](Self::known) nothing is copied.
pub struct Intake<K> {
    family: Arc<Family>,
    retention: Retention,
    cluster: Option<ClusterName>,
    notes: Notes,
    scratch: Vec<u8>,
    known: Option<Lookup<K>>,
    view: PhantomData<fn() -> K>,
}

/// How an object comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an object is in the list or comes after it")]
pub enum Arrival {
    /// In a list: one of many that come at once and then mostly stay as they are.
    Listed,
    /// By a watch: it changes, and may well change again.
    Changed,
}

/// Why bytes are no object of the kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The bytes are malformed.
    #[error(transparent)]
    Malformed {
        /// What is wrong, and where.
        #[from]
        source: ScanError,
    },
    /// The protobuf envelope is malformed.
    #[error("malformed protobuf envelope")]
    Envelope {
        /// What is wrong, and where.
        #[from]
        source: protobuf::Error,
    },
    /// There is no `metadata.name`, so it cannot be known which object this is.
    #[error("an object of kind {kind} has no metadata.name")]
    NoName {
        /// The kind that was expected.
        kind: Box<str>,
    },
    /// The bytes say that they are of another kind. A `Status` here is an error of the server, to be read as one.
    #[error("expected kind {expected}, but this is {found}")]
    WrongKind {
        /// The kind that was expected.
        expected: Box<str>,
        /// What the bytes say.
        found: Box<str>,
    },
    /// The object is larger than 1 GiB.
    #[error("an object of {size} bytes is beyond the limit of {MAX_SIZE}")]
    TooLarge {
        /// Its size.
        size: usize,
    },
}

/// Many times what an API server stores; within it offsets fit 32 bits.
const MAX_SIZE: usize = 1 << 30;

/// A scratch buffer beyond this is freed after use.
const LARGE_SCRATCH: usize = 1 << 20;

impl<K> Intake<K> {
    /// An intake of objects of `family`.
    #[must_use]
    pub fn new(family: Arc<Family>) -> Self {
        Self {
            family,
            retention: Retention::default(),
            cluster: None,
            notes: Notes::default(),
            scratch: Vec::new(),
            known: None,
            view: PhantomData,
        }
    }

    /// How the bytes are held. [`Retention::Typed`] holds them raw until [`Object::into_typed`] exchanges them.
    #[must_use]
    pub fn retention(self, retention: Retention) -> Self {
        Self { retention, ..self }
    }

    /// The cluster that keys are to name.
    #[must_use]
    pub fn cluster(self, cluster: impl Into<ClusterName>) -> Self {
        Self { cluster: Some(cluster.into()), ..self }
    }

    /// Whether `managedFields` stay.
    #[must_use]
    pub fn keep_managed_fields(self, keep: bool) -> Self {
        Self { notes: Notes::new(keep), ..self }
    }

    /// What there is already, by key: a listed object of the same uid and version *is* the one that is there, and nothing of it is copied or packed again.
    ///
    /// One without a version is taken in anew, since nobody knows whether it is the same, and so is one that is of another family, or came in the other encoding. What is known must have been
    /// taken in with the same settings; it may have been [made something else of](Object::project) since. `known` is asked once for each object that is listed, and never for one that has changed.
    ///
    /// ```
    /// use std::{collections::HashMap, sync::{Arc, Mutex}};
    /// use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake, Key, Object};
    ///
    /// let store = Arc::new(Mutex::new(HashMap::<Key, Object<Dynamic>>::new()));
    /// let known = Arc::clone(&store);
    /// let mut intake = Intake::<Dynamic>::new(Depot::global().family(&Gvk::core("v1", "Pod")))
    ///     .known(move |key| known.lock().ok()?.get(key).cloned());
    /// let text = br#"{"metadata":{"name":"a","uid":"1","resourceVersion":"7"}}"#;
    /// let first = intake.json(text, Arrival::Listed)?;
    /// store.lock().unwrap().insert(first.key().clone(), first.clone());
    /// assert!(intake.json(text, Arrival::Listed)?.is_same(&first));
    /// # Ok::<(), lookglass_object::IntakeError>(())
    /// ```
    #[must_use]
    pub fn known(self, known: impl Fn(&Key) -> Option<Object<K>> + Send + Sync + 'static) -> Self {
        self.known_by(Some(Arc::new(known)))
    }

    /// As [`known`](Self::known), for who makes several intakes that know the same, or nothing.
    #[must_use]
    pub fn known_by(self, known: Option<Lookup<K>>) -> Self {
        Self { known, ..self }
    }

    /// What objects of this intake share.
    #[must_use]
    pub fn family(&self) -> &Arc<Family> {
        &self.family
    }

    /// Takes in an object in JSON: an item of a list, or the object of a watch event.
    ///
    /// # Errors
    ///
    /// Malformed bytes, another kind, no name. The intake goes on.
    pub fn json(&mut self, bytes: &[u8], arrival: Arrival) -> Result<Object<K>, IntakeError> {
        self.check_size(bytes)?;
        let text = str::from_utf8(bytes)
            .map_err(|error| ScanError::Json(JsonError { offset: error.valid_up_to(), kind: JsonErrorKind::Utf8 }))?;
        let head = scan_json(text, &self.family.names, &mut self.notes).map_err(ScanError::from)?;
        self.check_kind(head.api_version.as_deref(), head.kind.as_deref())?;
        self.build(bytes, &head, Encoding::Json, arrival)
    }

    /// Takes in the object that `text` begins with, whatever follows it, and says how many bytes it is long: for a list that is read as it
    /// arrives, whose items end where reading them ends. `None` if the text ends before the object does.
    ///
    /// ```
    /// use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake};
    ///
    /// let mut intake = Intake::<Dynamic>::new(Depot::global().family(&Gvk::core("v1", "Pod")));
    /// let text = r#"{"metadata":{"name":"a"}},{"metadata":"#;
    /// let (first, length) = intake.json_prefix(text, Arrival::Listed)?.expect("it is whole");
    /// assert_eq!(first?.key().name(), "a");
    /// assert!(intake.json_prefix(&text[length + 1..], Arrival::Listed)?.is_none());
    /// # Ok::<(), lookglass_object::IntakeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Malformed JSON, after which nothing can be found in the text. That the object is well-formed but not of this kind, without a name, or with something in its metadata
    /// that is not what it should be, is the inner error: the next one can be read.
    #[expect(clippy::type_complexity, reason = "two questions: is there an object, and can it be taken")]
    pub fn json_prefix(
        &mut self,
        text: &str,
        arrival: Arrival,
    ) -> Result<Option<(Result<Object<K>, IntakeError>, usize)>, IntakeError> {
        let mut reader = Reader::new(text);
        let head = match scan_next_json(&mut reader, &self.family.names, &mut self.notes) {
            Ok(head) => head,
            Err(JsonError { kind: JsonErrorKind::Truncated, .. }) => return Ok(None),
            Err(error) => {
                // What is laid out as an object ends where it ends, whatever is wrong in it.
                let mut reader = Reader::new(text);
                return match key_in_json(&mut reader) {
                    Ok(_) => Ok(Some((Err(ScanError::from(error).into()), reader.offset()))),
                    Err(JsonError { kind: JsonErrorKind::Truncated, .. }) => Ok(None),
                    Err(_) => Err(ScanError::from(error).into()),
                };
            }
        };
        let length = reader.offset();
        let bytes = &text.as_bytes()[..length];
        let object = (self.check_size(bytes))
            .and_then(|()| self.check_kind(head.api_version.as_deref(), head.kind.as_deref()))
            .and_then(|()| self.build(bytes, &head, Encoding::Json, arrival));
        Ok(Some((object, length)))
    }

    /// Takes in an object in protobuf: a message as it stands in a list, or with the envelope that it has by itself.
    ///
    /// # Errors
    ///
    /// As for [`json`](Self::json).
    pub fn protobuf(&mut self, bytes: &[u8], arrival: Arrival) -> Result<Object<K>, IntakeError> {
        self.check_size(bytes)?;
        // No message begins like an envelope: it would open a group.
        let bytes = if bytes.starts_with(&protobuf::MAGIC) {
            let envelope = Envelope::parse(bytes)?;
            self.check_kind(Some(envelope.api_version()), Some(envelope.kind()))?;
            envelope.raw()
        } else {
            bytes
        };
        let head = scan_protobuf(bytes, &mut self.notes)?;
        self.build(bytes, &head, Encoding::Protobuf, arrival)
    }

    /// Which object the bytes are, for those that cannot be taken in: of another kind, too large, or with something in their metadata that is not what it should be. So one knows whose
    /// state is not known. `None` where that cannot be told: the bytes are damaged, or have no name.
    ///
    /// ```
    /// use lookglass_object::{Arrival, Depot, Dynamic, Encoding, Gvk, Intake, Key};
    ///
    /// let mut intake = Intake::<Dynamic>::new(Depot::global().family(&Gvk::core("v1", "Pod")));
    /// let text = br#"{"kind":"Service","metadata":{"name":"a","namespace":"b"}}"#;
    /// assert!(intake.json(text, Arrival::Listed).is_err());
    /// assert_eq!(intake.key_of(text, Encoding::Json), Some(Key::new("b", "a")));
    /// ```
    #[must_use]
    pub fn key_of(&self, bytes: &[u8], encoding: Encoding) -> Option<Key> {
        let named = match encoding {
            Encoding::Json => {
                let mut reader = Reader::from_bytes(bytes).ok()?;
                let named = key_in_json(&mut reader).ok()??;
                reader.end().ok()?;
                named
            }
            Encoding::Protobuf if bytes.starts_with(&protobuf::MAGIC) => {
                key_in_protobuf(Envelope::parse(bytes).ok()?.raw()).ok()?
            }
            Encoding::Protobuf => key_in_protobuf(bytes).ok()?,
        };
        (!named.name.is_empty()).then(|| self.key(&named.namespace, &named.name))
    }

    /// The dictionary that is due to be learnt, if one is: to be asked for after each chunk of a list, and [run](Training::run) before the next, since
    /// what comes before it is done stays raw.
    pub fn training(&self) -> Option<Training> {
        if self.packs() { self.family.training() } else { None }
    }

    fn build(
        &mut self,
        bytes: &[u8],
        head: &Head<'_>,
        encoding: Encoding,
        arrival: Arrival,
    ) -> Result<Object<K>, IntakeError> {
        if head.name.is_empty() {
            return Err(IntakeError::NoName { kind: self.family.gvk().kind().into() });
        }
        let key = self.key(&head.namespace, &head.name);
        let version = ResourceVersion::from(&*head.resource_version);
        let uid = Uid::from(&*head.uid);
        if arrival == Arrival::Listed
            && let Some(known) = self.is_known(&key, &uid, &version, encoding)
        {
            return Ok(known);
        }
        let labels = self.family.depot.interner.intern(&mut self.notes.labels);
        let packs = self.packs_now(encoding, arrival);
        let body = self.body(&key, bytes, encoding, packs);
        let identity = (key, uid, version, labels);
        let cell = Cell::new(Arc::clone(&self.family), identity, encoding, body);
        let packer = self.family.packer(encoding);
        match arrival {
            Arrival::Changed => packer.forget_early(),
            Arrival::Listed if packs => {
                packer.pack_early();
                packer.remember_bare(&cell);
            }
            Arrival::Listed if self.retention.packs(usize::MAX, usize::MAX) => packer.remember(&cell),
            Arrival::Listed => {}
        }
        Ok(Object::new(cell))
    }

    fn key(&self, namespace: &str, name: &str) -> Key {
        let key = Key::new(namespace, name);
        match &self.cluster {
            Some(cluster) => key.with_cluster(cluster),
            None => key,
        }
    }

    /// What is there already of this version, if it is what would be made of it.
    fn is_known(&self, key: &Key, uid: &Uid, version: &ResourceVersion, encoding: Encoding) -> Option<Object<K>> {
        let known = self.known.as_ref()?(key)?;
        let cell = known.cell();
        let same = !version.is_unset() && cell.version == *version && cell.uid == *uid && cell.key == *key;
        (same && cell.encoding() == encoding && Arc::ptr_eq(&cell.family, &self.family)).then_some(known)
    }

    /// Whether the kind is large enough by now to be packed.
    fn packs(&self) -> bool {
        let (objects, raw_bytes) = self.family.counts.size();
        self.retention.packs(objects, raw_bytes)
    }

    /// Whether an object is packed as it comes.
    fn packs_now(&self, encoding: Encoding, arrival: Arrival) -> bool {
        let (objects, raw_bytes) = self.family.counts.size();
        // What is packed just before a dictionary is learnt would have to be packed again with it.
        let streams = || arrival == Arrival::Listed && !self.family.packer(encoding).is_training_due(raw_bytes);
        self.retention.packs(objects, raw_bytes) && (self.retention == Retention::Packed || streams())
    }

    fn body(&mut self, key: &Key, bytes: &[u8], encoding: Encoding, packs: bool) -> Body {
        let names = &self.family.names;
        let packer = self.family.packer(encoding);
        if packs {
            self.scratch.clear();
            self.notes.copy(bytes, names, &mut self.scratch);
            packer.offer(key, &self.scratch);
            let packed = packer.pack(key, &self.scratch, &self.family.depot.contexts);
            let body = packed.map_or_else(|| Body::Raw(self.scratch.as_slice().into()), Body::Packed);
            if self.scratch.capacity() > LARGE_SCRATCH {
                self.scratch = Vec::new();
            }
            return body;
        }
        let mut raw = Vec::new();
        self.notes.copy(bytes, names, &mut raw);
        if !matches!(self.retention, Retention::Raw | Retention::Typed) {
            packer.offer(key, &raw);
        }
        // Of the exact size already, so nothing moves.
        Body::Raw(raw.into_boxed_slice())
    }

    fn check_size(&self, bytes: &[u8]) -> Result<(), IntakeError> {
        if bytes.len() > MAX_SIZE { Err(IntakeError::TooLarge { size: bytes.len() }) } else { Ok(()) }
    }

    /// Items of a list say no kind, and partial metadata says its own.
    fn check_kind(&self, api_version: Option<&str>, kind: Option<&str>) -> Result<(), IntakeError> {
        let gvk = self.family.gvk();
        let (kind, api_version) = (kind.unwrap_or_default(), api_version.unwrap_or_default());
        let partial = self.family.is_metadata_only() && kind == "PartialObjectMetadata";
        let fits = |found: &str, wanted: &str| found.is_empty() || found == wanted;
        if partial || (fits(kind, gvk.kind()) && fits(api_version, &gvk.api_version())) {
            return Ok(());
        }
        Err(IntakeError::WrongKind {
            expected: gvk.to_string().into(),
            found: format!("{api_version} {kind}").trim().into(),
        })
    }
}

impl<K> fmt::Debug for Intake<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intake")
            .field("gvk", self.family.gvk())
            .field("retention", &self.retention)
            .field("cluster", &self.cluster)
            .finish_non_exhaustive()
    }
}
