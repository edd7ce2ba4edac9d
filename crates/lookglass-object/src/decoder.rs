//! From bytes to a type: [`Decoder`], and [`DecodeError`] for when that fails.

use std::{any::Any, fmt, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Gvk, Key,
    codec::Codec,
    json,
    protobuf::{self, Lossiness},
    table::Message,
};

/// The two ways in which API servers write objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a third encoding would touch every reader")]
pub enum Encoding {
    /// JSON text, which every kind has.
    Json,
    /// A Kubernetes protobuf message, without the envelope; built-in kinds only.
    Protobuf,
}

/// How values of a type of your own come out of bytes: plain function pointers, compiled where the decoder was made.
///
/// Kinds that k8s-openapi has need none: they are decoded by [`codec`](crate::codec), which is compiled in this crate.
///
/// ```
/// use lookglass_object::{Decoder, Depot, Gvk};
///
/// #[derive(serde::Deserialize)]
/// struct Widget {
///     size: u32,
/// }
///
/// let family = Depot::global().family(&Gvk::new("example.org", "v1", "Widget"));
/// family.register(Decoder::<Widget>::new());
/// ```
pub struct Decoder<K> {
    pub(crate) json: fn(&[u8]) -> Result<K, Fault>,
    pub(crate) protobuf: FromProtobuf<K>,
}

/// A value as JSON text.
pub(crate) type ToJson<K> = fn(&K) -> Result<Vec<u8>, Fault>;

/// From a message and its bytes, told the apiVersion and kind.
type FromProtobuf<K> = fn(&'static Message, &[u8], (&str, &str)) -> Result<(K, Lossiness), Fault>;

impl<K: DeserializeOwned> Decoder<K> {
    /// Decodes by the type's own `Deserialize`, compiled here and now.
    #[must_use]
    pub fn new() -> Self {
        Self { json: from_json::<K>, protobuf: from_protobuf::<K> }
    }
}

impl<K: DeserializeOwned> Default for Decoder<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for Decoder<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Decoder<K> {}

impl<K> fmt::Debug for Decoder<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("type", &std::any::type_name::<K>()).finish_non_exhaustive()
    }
}

/// How `K` is decoded here: by a decoder of its own, or as a built-in kind.
pub(crate) enum Means<K> {
    Own(Decoder<K>),
    BuiltIn(&'static Codec),
}

impl<K> Clone for Means<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Means<K> {}

impl<K: Any + Send + Sync> Means<K> {
    pub(crate) fn json(self, bytes: &[u8]) -> Result<Arc<K>, Fault> {
        match self {
            Self::Own(decoder) => (decoder.json)(bytes).map(Arc::new),
            Self::BuiltIn(codec) => {
                let value = codec.json(bytes).map_err(|error| {
                    let mut fault = Fault::from(&error.source);
                    if let (true, Some(offset)) = (fault.path.is_empty(), fault.offset) {
                        fault.path = json::path_at(bytes, offset);
                    }
                    fault
                })?;
                Codec::typed(value).ok_or_else(Fault::other_kind)
            }
        }
    }

    pub(crate) fn protobuf(
        self,
        message: &'static Message,
        bytes: &[u8],
        type_meta: (&str, &str),
    ) -> Result<(Arc<K>, Lossiness), Fault> {
        match self {
            Self::Own(decoder) => {
                (decoder.protobuf)(message, bytes, type_meta).map(|(value, lossy)| (Arc::new(value), lossy))
            }
            // The bytes of one message make some sense as another; only this keeps them apart.
            Self::BuiltIn(codec) if codec.entry().is_some_and(|entry| std::ptr::eq(entry.message(), message)) => {
                let (value, lossy) =
                    codec.protobuf(bytes, Some(type_meta)).map_err(|error| Fault::from(&error.source))?;
                Ok((Codec::typed(value).ok_or_else(Fault::other_kind)?, lossy))
            }
            Self::BuiltIn(_) => Err(Fault::other_kind()),
        }
    }
}

/// What went wrong in some bytes; becomes a [`DecodeError`] where the object is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) path: String,
    pub(crate) offset: Option<usize>,
    pub(crate) reason: String,
}

impl Fault {
    pub(crate) fn no_decoder(name: &str) -> Self {
        Self::of_object(format!("nothing is registered that decodes {name}; call Family::register or Object::typed_as"))
    }

    fn other_kind() -> Self {
        Self::of_object("this is no object of the type that was asked for; use Object::dynamic".to_owned())
    }

    pub(crate) fn no_message() -> Self {
        Self::of_object("the kind has no protobuf form that is known here; ask for it as JSON".to_owned())
    }

    fn of_object(reason: String) -> Self {
        Self { path: String::new(), offset: None, reason }
    }
}

impl From<&protobuf::Error> for Fault {
    fn from(error: &protobuf::Error) -> Self {
        Self { path: error.path_text(), offset: error.offset(), reason: discreet(&error.kind().to_string()) }
    }
}

/// Why an object is not what it was asked for. The object stays, and can be read as dynamic.
///
/// It says which object, of which kind, where in it and why, but never what it found there: that may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    key: Key,
    gvk: Gvk,
    encoding: Encoding,
    fault: Fault,
}

impl DecodeError {
    pub(crate) fn new(key: &Key, gvk: &Gvk, encoding: Encoding, fault: Fault) -> Self {
        Self(Box::new(Inner { key: key.clone(), gvk: gvk.clone(), encoding, fault }))
    }

    /// The object.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// Its kind.
    #[must_use]
    pub fn gvk(&self) -> &Gvk {
        &self.0.gvk
    }

    /// What its bytes are.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.0.encoding
    }

    /// The field, as in `spec.containers[0].image`; empty if it is not known or the object as a whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.fault.path
    }

    /// Offset of the field or of what follows it, in the bytes as the cell holds them.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.0.fault.offset
    }

    /// What was wrong with it.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0.fault.reason
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { key, gvk, fault, .. } = &*self.0;
        write!(f, "cannot decode {gvk} {key}")?;
        if !fault.path.is_empty() {
            write!(f, " at {}", fault.path)?;
        }
        if let Some(offset) = fault.offset {
            write!(f, " (byte {offset})")?;
        }
        write!(f, ": {}", fault.reason)
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DecodeError({self})")
    }
}

impl std::error::Error for DecodeError {}

fn from_json<K: DeserializeOwned>(bytes: &[u8]) -> Result<K, Fault> {
    serde_json::from_slice(bytes).map_err(|error| json_fault(bytes, &error))
}

fn from_protobuf<K: DeserializeOwned>(
    message: &'static Message,
    bytes: &[u8],
    type_meta: (&str, &str),
) -> Result<(K, Lossiness), Fault> {
    protobuf::decode(message, bytes, Some(type_meta)).map_err(|error| Fault::from(&error))
}

pub(crate) fn to_json<K: Serialize>(value: &K) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|error| Fault::of_object(discreet(&error.to_string())))
}

/// Says of an error of `serde_json` where it is.
pub(crate) fn json_fault(bytes: &[u8], error: &serde_json::Error) -> Fault {
    // Lines and columns count from one, and the column is that of the last byte read.
    let line = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', bytes).nth(line - 2).map_or(bytes.len(), |newline| newline + 1),
    };
    let offset = (line + error.column().saturating_sub(1)).min(bytes.len());
    let reason = error.to_string();
    let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
    Fault { path: json::path_at(bytes, offset), offset: Some(offset), reason: discreet(reason) }
}

/// The message of a decoder without the values that it found. Names of fields stay: they are the type's, not the object's.
fn discreet(reason: &str) -> String {
    // serde quotes what it found before, and what it wanted behind, the word "expected"; a missing field it found nowhere.
    if reason.starts_with("missing field") || reason.starts_with("duplicate field") {
        return reason.to_owned();
    }
    let (found, wanted) = match reason.rfind(", expected") {
        Some(at) => reason.split_at(at),
        None => (reason, ""),
    };
    let quote = found.find(['"', '`', '\'']);
    quote.map_or_else(|| reason.to_owned(), |quote| format!("{}{wanted}", found[..quote].trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reason_repeats_what_was_found() {
        for (said, kept) in [
            ("invalid type: string \"hunter2, expected\", expected u32", "invalid type: string, expected u32"),
            ("invalid type: integer `42`, expected a string", "invalid type: integer, expected a string"),
            ("unknown variant `hunter2`, expected one of `a`, `b`", "unknown variant, expected one of `a`, `b`"),
            ("missing field `name`", "missing field `name`"),
            ("expected value", "expected value"),
            ("invalid type: null, expected a map", "invalid type: null, expected a map"),
            ("premature end of input \"hunter2\" and so on", "premature end of input"),
        ] {
            assert_eq!(discreet(said), kept);
        }
    }

    #[test]
    fn an_error_names_the_field_and_its_place() {
        let text = b"{\n \"a\": {\"b\": [1, {\"c\": \"hunter2\"}]}}";
        #[derive(Debug, serde::Deserialize)]
        struct A {
            #[expect(dead_code, reason = "only its decoding matters")]
            a: B,
        }
        #[derive(Debug, serde::Deserialize)]
        struct B {
            #[expect(dead_code, reason = "only its decoding matters")]
            b: (u32, C),
        }
        #[derive(Debug, serde::Deserialize)]
        struct C {
            #[expect(dead_code, reason = "only its decoding matters")]
            c: bool,
        }
        let fault = from_json::<A>(text).unwrap_err();
        assert_eq!(fault.path, "a.b[1].c");
        assert_eq!(fault.reason, "invalid type: string, expected a boolean");
        let offset = fault.offset.unwrap();
        assert!(text[..=offset].ends_with(b"hunter2\""), "{offset}");
    }
}
