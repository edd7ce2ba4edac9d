//! How each built-in kind is decoded and encoded, compiled once, here.
//!
//! # Promises
//!
//! * Every kind that the chosen k8s-openapi version has is here; which version that is stays the final binary's choice.
//! * [`Codec::json`], [`Codec::protobuf`] and [`Codec::encode`] are plain functions compiled in this crate. Code that is generic
//!   over a kind asks [`Codec::for_type`] and downcasts, so that a user's release build does not compile them again.
//!
//! # Cost
//!
//! The list is made once per process, some 110 entries. A look-up compares a few type ids; decoding allocates what the type
//! needs and its `Arc`.

mod kinds;
#[cfg(test)]
mod tests;

use std::any::{Any, TypeId};
use std::sync::{Arc, OnceLock};

use k8s_openapi::Resource;
use serde::{Serialize, de::DeserializeOwned};

use crate::protobuf::{self, Error, ErrorKind, Lossiness};
use crate::table::{KindEntry, Table};

/// A typed object of whatever kind; [`Arc::downcast`] gives the `Arc<K>`.
pub type AnyObject = Arc<dyn Any + Send + Sync>;

type FromProtobuf = fn(&'static KindEntry, &[u8], Option<(&str, &str)>) -> Result<(AnyObject, Lossiness), Error>;

/// Why an object could not be decoded, and what kind it should have been.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot decode {kind} of {api_version}")]
#[non_exhaustive]
pub struct DecodeError {
    /// The kind that was wanted.
    pub kind: &'static str,
    /// Its group and version.
    pub api_version: &'static str,
    /// What, where.
    pub source: Error,
}

/// Decoders and encoder of one kind.
///
/// ```
/// use std::sync::Arc;
///
/// use k8s_openapi::api::core::v1::ConfigMap;
/// use lookglass_object::codec::Codec;
///
/// let codec = Codec::for_type::<ConfigMap>().expect("a built-in kind");
/// let object = codec.json(br#"{"metadata":{"name":"a"}}"#)?;
/// let map: Arc<ConfigMap> = Codec::typed(object).expect("what the codec is for");
/// assert_eq!(map.metadata.name.as_deref(), Some("a"));
/// # Ok::<(), lookglass_object::codec::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Codec {
    group: &'static str,
    version: &'static str,
    api_version: &'static str,
    kind: &'static str,
    type_id: TypeId,
    entry: Option<&'static KindEntry>,
    json: fn(&[u8]) -> Result<AnyObject, Error>,
    protobuf: FromProtobuf,
    encode: fn(&(dyn Any + Send + Sync)) -> Option<Vec<u8>>,
}

impl Codec {
    /// The codec of a built-in type; `None` for any other, which is decoded by its own `Deserialize`.
    #[must_use]
    pub fn for_type<K: 'static>() -> Option<&'static Self> {
        let id = TypeId::of::<K>();
        all().iter().find(|codec| codec.type_id == id)
    }

    /// The codec of a built-in kind.
    #[must_use]
    pub fn for_kind(group: &str, version: &str, kind: &str) -> Option<&'static Self> {
        all().iter().find(|codec| codec.kind == kind && codec.group == group && codec.version == version)
    }

    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        all()
    }

    /// The typed object, if it is of that type.
    #[must_use]
    pub fn typed<K: Send + Sync + 'static>(object: AnyObject) -> Option<Arc<K>> {
        object.downcast().ok()
    }

    /// The group, empty for the core one.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The kind in the table; `None` when k8s-openapi is newer than the table, and then only JSON can be decoded.
    #[must_use]
    pub fn entry(&self) -> Option<&'static KindEntry> {
        self.entry
    }

    /// Decodes a JSON object.
    ///
    /// # Errors
    ///
    /// The text is not JSON or not of this kind; with offset and path.
    pub fn json(&self, json: &[u8]) -> Result<AnyObject, DecodeError> {
        (self.json)(json).map_err(|source| self.error(source))
    }

    /// Decodes an object's protobuf message, which stands in its envelope or in a list; `type_meta` is the envelope's.
    ///
    /// # Errors
    ///
    /// The bytes are malformed or not of this kind, with offset and path; the kind has no protobuf in the table.
    pub fn protobuf(&self, raw: &[u8], type_meta: Option<(&str, &str)>) -> Result<(AnyObject, Lossiness), DecodeError> {
        let decoded = match self.entry {
            Some(entry) => (self.protobuf)(entry, raw, type_meta),
            None => Err(Error::of_kind(ErrorKind::NoProtobuf(self.kind))),
        };
        decoded.map_err(|source| self.error(source))
    }

    /// A typed object's JSON, with apiVersion and kind; `None` when the object is not of this kind.
    #[must_use]
    pub fn encode(&self, object: &(dyn Any + Send + Sync)) -> Option<Vec<u8>> {
        (self.encode)(object)
    }

    fn error(&self, source: Error) -> DecodeError {
        DecodeError { kind: self.kind, api_version: self.api_version, source }
    }

    fn of<K: Resource + DeserializeOwned + Serialize + Send + Sync + 'static>() -> Self {
        Self {
            group: K::GROUP,
            version: K::VERSION,
            api_version: K::API_VERSION,
            kind: K::KIND,
            type_id: TypeId::of::<K>(),
            entry: Table::builtin().kind(K::GROUP, K::VERSION, K::KIND),
            json: json::<K>,
            protobuf: protobuf::<K>,
            encode: encode::<K>,
        }
    }
}

fn all() -> &'static [Codec] {
    static ALL: OnceLock<Vec<Codec>> = OnceLock::new();
    ALL.get_or_init(kinds::all)
}

fn json<K: DeserializeOwned + Send + Sync + 'static>(json: &[u8]) -> Result<AnyObject, Error> {
    match serde_json::from_slice::<K>(json) {
        Ok(object) => Ok(Arc::new(object)),
        Err(error) => Err(protobuf::json_error(&error, json)),
    }
}

fn protobuf<K: DeserializeOwned + Send + Sync + 'static>(
    entry: &'static KindEntry,
    raw: &[u8],
    type_meta: Option<(&str, &str)>,
) -> Result<(AnyObject, Lossiness), Error> {
    protobuf::decode_into(entry.message(), raw, type_meta, |object: K| Arc::new(object) as AnyObject)
}

fn encode<K: Serialize + 'static>(object: &(dyn Any + Send + Sync)) -> Option<Vec<u8>> {
    serde_json::to_vec(object.downcast_ref::<K>()?).ok()
}
