//! The one form in which an object is kept and sent: [`canonical`].
//!
//! # Promises
//!
//! - Built-in kinds: members in the order in which Go writes them, `kind` and `apiVersion` first; what the kind does not have is dropped
//!   and reported; a value of the wrong type is refused in Go's words; empty values are there or not as Go writes them; quantities are
//!   written in their canonical form (`1000m` is `1`).
//! - Custom resources: `kind` and `apiVersion` first, then keys sorted at every level; numbers and text as Go writes them. What a schema
//!   would drop is not known here.
//! - An object that holds what nests deeper than 120 levels is refused. Real servers take up to 10,000.
//!
//! # Cost
//!
//! Built-in kinds go through their protobuf once and back, with two buffers of the object's size. Those that may hold quantities are
//! looked through once more.

mod custom;
#[cfg(test)]
mod go_decode;
mod number;
mod quantity;
mod scalar;
#[cfg(test)]
mod tests;
mod words;

use std::fmt::Display;

use lookglass_object::{
    Gvk, Quoted, Status,
    protobuf::{self, FromJson, Strict, Zeros},
    table::KindEntry,
};

#[cfg(test)]
pub(crate) use self::scalar::time as time_words;
pub(crate) use self::{
    scalar::Base64,
    words::{go_package, go_words},
};
use crate::{
    Resource,
    body::{MAX_DEPTH, depth},
};

/// An object in its canonical form.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Canonical {
    /// The object.
    pub json: Vec<u8>,
    /// What a strict reader holds against what was sent: fields that the kind does not have, and what came twice.
    pub strict: Vec<Strict>,
}

/// The canonical form of an object of a resource. `json` is what [`to_json`](crate::body::to_json) made of a body, or an object that was
/// changed since; it is taken to be of the resource's kind, whatever it says.
///
/// # Errors
///
/// 400: a value is of the wrong type or malformed, or lies too deep.
pub fn canonical(resource: &Resource, json: &[u8]) -> Result<Canonical, Status> {
    canonical_kind(&resource.kind, resource.entry, json)
}

/// The same for an object of any kind: that of a subresource, say.
///
/// # Errors
///
/// As for [`canonical`].
pub fn canonical_kind(kind: &Gvk, entry: Option<&'static KindEntry>, json: &[u8]) -> Result<Canonical, Status> {
    let refuse = |why: String| cannot_handle(kind, kind.kind(), why);
    let Some(entry) = entry else { return custom::sorted(kind, json).map_err(refuse) };
    let message = entry.message();
    let mut strict = Vec::new();
    let mut raw = Vec::new();
    let mut from = FromJson::new();
    let written = from.read(json).and_then(|()| from.write(message, Zeros::Written, Some(&mut strict), &mut raw));
    written.map_err(|error| refuse(go_words(message, json, &error)))?;
    quantity::refuse_empty(message, json).map_err(refuse)?;
    let version = entry.api_version();
    let mut out = Vec::with_capacity(json.len() + 64);
    protobuf::to_json(message, &raw, Some((&version, entry.kind())), &mut out)
        .map_err(|error| refuse(error.to_string()))?;
    if depth(&out) >= MAX_DEPTH {
        return Err(refuse("json: exceeded max depth".into()));
    }
    let json = quantity::canonical(message, out).map_err(refuse)?;
    Ok(Canonical { json, strict })
}

/// 400 for an object that says what it is and yet is not.
pub(crate) fn cannot_handle(said: &Gvk, wanted: &str, why: impl Display) -> Status {
    let version = Quoted(said.version());
    Status::bad_request(format!("{} in version {version} cannot be handled as a {wanted}: {why}", said.kind()))
}
