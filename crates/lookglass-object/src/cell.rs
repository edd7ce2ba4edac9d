//! The cell behind an [`Object`](crate::Object).
//!
//! # How bytes change under readers
//!
//! An object is one version and never changes, but how its bytes are held does: a cell that has cooled is packed *in place*, so
//! that snapshots, queues and stores that hold it all profit, and none of them has to exchange anything. A read lock of one
//! word guards the bytes. Readers hold it for one reading and never wait for each other; packing compresses beside them, takes the
//! lock only to exchange two pointers, and only if nobody reads at that moment: else it is tried again later. So no reader
//! ever waits for a packer that waits for a reader.
//!
//! # Size
//!
//! 128 bytes and two reference counts, one allocation for the key's text and one for the bytes, each exactly as large as
//! needed.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
};

use parking_lot::RwLock;

use crate::{
    DecodeError, Encoding, Family, Key, LabelSet, Memory, ResourceVersion, Uid,
    decoder::{Fault, ToJson},
    pack::Packed,
    protobuf::{Lossiness, to_json},
};

pub(crate) struct Cell {
    pub(crate) family: Arc<Family>,
    pub(crate) key: Key,
    pub(crate) uid: Uid,
    pub(crate) version: ResourceVersion,
    pub(crate) labels: LabelSet,
    body: RwLock<Body>,
    encoding: Encoding,
    /// Whether the bytes have fields that the table does not know: [`UNKNOWN`], [`EXACT`] or [`LOSSY`].
    lossy: AtomicU8,
    /// Whether a value may be remembered that was decoded from this cell.
    decoded: AtomicBool,
}

/// What is held of an object.
pub(crate) enum Body {
    Raw(Box<[u8]>),
    Packed(Packed),
    Value(Box<Held>),
}

/// A value that is held instead of bytes.
pub(crate) struct Held {
    pub(crate) value: Arc<dyn Holds>,
    /// Kind and metadata, as JSON.
    pub(crate) document: Box<[u8]>,
    /// About what the value takes.
    pub(crate) cost: usize,
}

/// A value of a type that is known again when asked for.
pub(crate) trait Holds: Send + Sync {
    fn value(&self) -> &dyn Any;
    fn encode(&self) -> Option<Result<Vec<u8>, Fault>>;
}

pub(crate) struct HoldsAs<K> {
    pub(crate) value: Arc<K>,
    pub(crate) encode: Option<ToJson<K>>,
}

impl<K: Any + Send + Sync> Holds for HoldsAs<K> {
    fn value(&self) -> &dyn Any {
        &self.value
    }

    fn encode(&self) -> Option<Result<Vec<u8>, Fault>> {
        self.encode.map(|encode| encode(&self.value))
    }
}

/// What came of an attempt to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Packed now, or not worth it.
    Done,
    /// Somebody was reading.
    Busy,
}

impl Cell {
    pub(crate) fn new(
        family: Arc<Family>,
        (key, uid, version, labels): (Key, Uid, ResourceVersion, LabelSet),
        encoding: Encoding,
        body: Body,
    ) -> Arc<Self> {
        let cell = Self {
            family,
            key,
            uid,
            version,
            labels,
            body: RwLock::new(body),
            encoding,
            lossy: AtomicU8::new(UNKNOWN),
            decoded: AtomicBool::new(false),
        };
        cell.family.counts.charge(&cell.counted(&cell.body.read()));
        Arc::new(cell)
    }

    /// What the bytes are that [`with_bytes`](Self::with_bytes) gives.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether the bytes have fields that the table does not know, which is looked up once.
    pub(crate) fn is_lossy(&self) -> bool {
        // Relaxed: whoever looks finds the same.
        let known = self.lossy.load(Ordering::Relaxed);
        if known != UNKNOWN {
            return known == LOSSY;
        }
        let message = self.family.message.filter(|_| self.encoding == Encoding::Protobuf);
        let looked = message.map(|message| self.with_bytes(|bytes| Lossiness::of_message(message, bytes)));
        let lossy = matches!(looked, Some(Ok(Ok(Lossiness::Lossy))));
        self.lossy.store(if lossy { LOSSY } else { EXACT }, Ordering::Relaxed);
        lossy
    }

    /// Takes over what is known of another cell, from which this one is made.
    pub(crate) fn note_lossy_as(&self, other: &Self) {
        self.lossy.store(other.lossy.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// The bytes, however they are held. `read` runs under the cell's read lock, which keeps nobody but a packer away.
    pub(crate) fn with_bytes<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        // Recursive: a reader may read again, and packers never queue up in between.
        match &*self.body.read_recursive() {
            Body::Raw(bytes) => Ok(read(bytes)),
            Body::Packed(packed) => Ok(self.family.depot.contexts.unpack(packed, read)),
            Body::Value(held) => match held.value.encode() {
                Some(bytes) => bytes.map(|bytes| read(&bytes)).map_err(|fault| self.error(fault)),
                None => Ok(read(&held.document)),
            },
        }
    }

    /// Everything that is held, as bytes; `None` where that cannot be had.
    pub(crate) fn with_content<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if let Body::Value(held) = &*self.body.read_recursive() {
            return held.value.encode()?.ok().map(|bytes| read(&bytes));
        }
        self.with_bytes(read).ok()
    }

    /// The bytes from which metadata can be read.
    pub(crate) fn with_metadata<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        match &*self.body.read_recursive() {
            Body::Value(held) => Ok(read(&held.document)),
            _ => self.with_bytes(read),
        }
    }

    /// The object as JSON text.
    pub(crate) fn with_json<R>(&self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        self.with_bytes(|bytes| match self.encoding {
            Encoding::Json => Ok(read(bytes)),
            Encoding::Protobuf => {
                let mut json = Vec::with_capacity(2 * bytes.len());
                self.transcode(bytes, &mut json)?;
                Ok(read(&json))
            }
        })?
    }

    fn transcode(&self, bytes: &[u8], json: &mut Vec<u8>) -> Result<(), DecodeError> {
        let gvk = self.family.gvk();
        let Some(message) = self.family.message else { return Err(self.error(Fault::no_message())) };
        let done = to_json(message, bytes, Some((&gvk.api_version(), gvk.kind())), json);
        let lossiness = done.map_err(|error| self.error(Fault::from(&error)))?;
        self.note_lossy(lossiness);
        Ok(())
    }

    /// Notes what a decoder has met. One that met nothing unknown may have stepped over what its type does not have.
    fn note_lossy(&self, lossiness: Lossiness) {
        if lossiness.is_lossy() {
            self.lossy.store(LOSSY, Ordering::Relaxed);
        }
    }

    /// The value of type `K`: held, remembered, or decoded now.
    pub(crate) fn typed<K: Any + Send + Sync>(&self) -> Result<Arc<K>, DecodeError> {
        if let Some(value) = self.held() {
            return Ok(value);
        }
        // Before the value can appear in the cache, so that a cell that goes always looks there. Relaxed, because only who
        // holds the cell stores, and dropping it comes after all of them.
        self.decoded.store(true, Ordering::Relaxed);
        let cost = size_of::<K>() + self.cost();
        self.family.depot.decoded.get(self.address(), cost, || self.decode())
    }

    /// A value of type `K` that nobody else has: a copy of the one that is held, or decoded past the cache.
    pub(crate) fn owned<K: Clone + Any + Send + Sync>(&self) -> Result<K, DecodeError> {
        let value = match self.held() {
            Some(value) => value,
            None => self.decode()?,
        };
        Ok(Arc::unwrap_or_clone(value))
    }

    /// The value of type `K`, if that is how the object is held.
    fn held<K: Any>(&self) -> Option<Arc<K>> {
        match &*self.body.read_recursive() {
            Body::Value(held) => held.value.value().downcast_ref().cloned(),
            Body::Raw(_) | Body::Packed(_) => None,
        }
    }

    fn decode<K: Any + Send + Sync>(&self) -> Result<Arc<K>, DecodeError> {
        let Some(means) = self.family.means::<K>() else {
            return Err(self.error(Fault::no_decoder(std::any::type_name::<K>())));
        };
        let gvk = self.family.gvk();
        let value = self.with_bytes(|bytes| match (self.encoding, self.family.message) {
            (Encoding::Json, _) => means.json(bytes),
            (Encoding::Protobuf, Some(message)) => {
                let (value, lossiness) = means.protobuf(message, bytes, (&gvk.api_version(), gvk.kind()))?;
                self.note_lossy(lossiness);
                Ok(value)
            }
            (Encoding::Protobuf, None) => Err(Fault::no_message()),
        })?;
        value.map_err(|fault| self.error(fault))
    }

    /// About what a decoded value takes.
    pub(crate) fn cost(&self) -> usize {
        let memory = self.memory();
        let raw = memory.raw_bytes + memory.unpacked_bytes;
        let factor = match self.encoding {
            Encoding::Json => TYPED_PER_JSON,
            Encoding::Protobuf => TYPED_PER_PROTOBUF,
        };
        memory.typed_bytes + factor * raw
    }

    /// Packs the bytes with the newest dictionary of the kind, if that makes them smaller.
    pub(crate) fn pack(&self) -> Packing {
        let contexts = &self.family.depot.contexts;
        let packer = self.family.packer(self.encoding);
        let packed = match &*self.body.read_recursive() {
            Body::Raw(raw) => packer.pack(&self.key, raw, contexts),
            Body::Packed(packed) => {
                if let Some(whole) = packed.whole() {
                    packer.pack_again(whole, contexts);
                }
                None
            }
            Body::Value(_) => None,
        };
        let Some(packed) = packed else { return Packing::Done };
        let Some(mut body) = self.body.try_write() else { return Packing::Busy };
        self.family.counts.release(&self.counted(&body));
        let old = std::mem::replace(&mut *body, Body::Packed(packed));
        self.family.counts.charge(&self.counted(&body));
        drop(body);
        drop(old);
        Packing::Done
    }

    pub(crate) fn is_raw(&self) -> bool {
        matches!(*self.body.read_recursive(), Body::Raw(_))
    }

    /// Whether the bytes are raw, or packed without what a dictionary knows.
    pub(crate) fn may_shrink(&self) -> bool {
        match &*self.body.read_recursive() {
            Body::Raw(_) => true,
            Body::Packed(packed) => packed.whole().is_some_and(|whole| whole.is_by(None)),
            Body::Value(_) => false,
        }
    }

    pub(crate) fn memory(&self) -> Memory {
        self.memory_of(&self.body.read_recursive())
    }

    fn memory_of(&self, body: &Body) -> Memory {
        let counts = 2 * size_of::<usize>();
        let header_bytes = counts + size_of::<Self>() + self.key.heap_size() + self.uid.heap_size();
        let memory = Memory { objects: 1, header_bytes, ..Memory::default() };
        match body {
            Body::Raw(bytes) => Memory { raw_objects: 1, raw_bytes: bytes.len(), ..memory },
            Body::Packed(packed) => Memory {
                packed_objects: 1,
                packed_bytes: packed.heap_size(),
                unpacked_bytes: packed.unpacked_len(),
                ..memory
            },
            Body::Value(held) => {
                Memory { typed_objects: 1, typed_bytes: size_of::<Held>() + held.document.len() + held.cost, ..memory }
            }
        }
    }

    /// What the object is to count of that: see [`Packed::counted_size`].
    fn counted(&self, body: &Body) -> Memory {
        let memory = self.memory_of(body);
        match body {
            Body::Packed(packed) => Memory { packed_bytes: packed.counted_size(), ..memory },
            Body::Raw(_) | Body::Value(_) => memory,
        }
    }

    pub(crate) fn error(&self, fault: Fault) -> DecodeError {
        DecodeError::new(&self.key, self.family.gvk(), self.encoding, fault)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Drop for Cell {
    fn drop(&mut self) {
        let memory = self.counted(&self.body.read());
        if self.family.counts.release(&memory) {
            self.family.forget();
        }
        if *self.decoded.get_mut() {
            self.family.depot.decoded.forget(self.address());
        }
    }
}

const UNKNOWN: u8 = 0;
const EXACT: u8 = 1;
const LOSSY: u8 = 2;

/// How many times its bytes a typical decoded object takes, measured on pods.
const TYPED_PER_JSON: usize = 7;
const TYPED_PER_PROTOBUF: usize = 13;
