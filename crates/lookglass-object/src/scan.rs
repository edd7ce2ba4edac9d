//! Finding in an object's bytes, in one pass and without building anything, what a cell keeps beside them.
//!
//! # Promises
//!
//! * Found are name, namespace, uid, resource version, labels, `apiVersion` and `kind`, and where `managedFields` lie, wherever
//!   `metadata` stands, and only there: a `metadata` inside a pod template is not looked at.
//! * Of several values for one name the last counts, as for `serde_json` and (in protobuf, where messages merge) for Go.
//! * Hostile bytes give an error with an offset. What lies outside `metadata` is checked as far as its end must be known.
//!
//! # Cost
//!
//! Nothing is allocated except for strings that hold escapes; [`Notes`] are reused from object to object. One pass over
//! JSON; over protobuf only the fields of `metadata` are looked at, the others are stepped over by their lengths.

mod json;
mod key;
mod protobuf;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, ops::Range};

use thiserror::Error;

use crate::{
    json::JsonError,
    labels::LabelBuffer,
    wire::{WireError, WireType, put_tag, put_varint, varint_len},
};

pub(crate) use self::{
    json::{scan as scan_json, scan_next as scan_next_json},
    key::{key_in_json, key_in_protobuf},
    protobuf::scan as scan_protobuf,
};

/// What the bytes of an object say of it. Empty where they say nothing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    pub(crate) api_version: Option<Cow<'a, str>>,
    pub(crate) kind: Option<Cow<'a, str>>,
    pub(crate) name: Cow<'a, str>,
    pub(crate) namespace: Cow<'a, str>,
    pub(crate) uid: Cow<'a, str>,
    pub(crate) resource_version: Cow<'a, str>,
}

/// The names of the kind, as JSON writes them, which every copy of an object carries.
#[derive(Debug)]
pub(crate) struct Names {
    api_version: String,
    kind: String,
}

impl Names {
    pub(crate) fn new(api_version: &str, kind: &str) -> Self {
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        Self { api_version: quote(api_version), kind: quote(kind) }
    }
}

/// What a scan puts down beside the [`Head`]: the labels, and how the bytes are to be copied.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) labels: LabelBuffer,
    /// In the order of the text, none within another.
    edits: Vec<Edit>,
    keep_managed_fields: bool,
}

/// A stretch of the source, and what is copied in its stead.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    range: Range<usize>,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    ApiVersion,
    Kind,
    /// Members for the names that the text lacks.
    Members {
        api_version: bool,
        kind: bool,
    },
    /// The head of protobuf field 1, for so many bytes.
    MetadataHead(usize),
}

impl Notes {
    pub(crate) fn new(keep_managed_fields: bool) -> Self {
        Self { keep_managed_fields, ..Self::default() }
    }

    /// Copies `source`, of which these notes were taken, with all edits.
    pub(crate) fn copy(&self, source: &[u8], names: &Names, out: &mut Vec<u8>) {
        out.reserve_exact(self.copy_len(source, names));
        let mut at = 0;
        for Edit { range, by } in &self.edits {
            out.extend_from_slice(&source[at..range.start]);
            by.write(names, out);
            at = range.end;
        }
        out.extend_from_slice(&source[at..]);
    }

    /// How long the copy is.
    pub(crate) fn copy_len(&self, source: &[u8], names: &Names) -> usize {
        let cut: usize = self.edits.iter().map(|edit| edit.range.len()).sum();
        let put: usize = self.edits.iter().map(|edit| edit.by.len(names)).sum();
        source.len() - cut + put
    }

    fn clear(&mut self) {
        self.labels.clear();
        self.edits.clear();
    }

    /// Leaves out `range`, which may take in what was left out before.
    fn cut(&mut self, range: Range<usize>) {
        while self.edits.last().is_some_and(|last| last.range.start >= range.start) {
            self.edits.pop();
        }
        self.edits.push(Edit { range, by: By::Nothing });
    }

    fn replace(&mut self, range: Range<usize>, by: By) {
        self.edits.push(Edit { range, by });
    }
}

impl By {
    fn len(self, names: &Names) -> usize {
        match self {
            Self::Nothing => 0,
            Self::ApiVersion => names.api_version.len(),
            Self::Kind => names.kind.len(),
            Self::Members { api_version, kind } => {
                let api_version = if api_version { API_VERSION.len() + names.api_version.len() + 1 } else { 0 };
                let kind = if kind { KIND.len() + names.kind.len() + 1 } else { 0 };
                api_version + kind
            }
            Self::MetadataHead(length) => 1 + varint_len(length as u64),
        }
    }

    fn write(self, names: &Names, out: &mut Vec<u8>) {
        match self {
            Self::Nothing => {}
            Self::ApiVersion => out.extend_from_slice(names.api_version.as_bytes()),
            Self::Kind => out.extend_from_slice(names.kind.as_bytes()),
            Self::Members { api_version, kind } => {
                for (wanted, name, value) in [(api_version, API_VERSION, &names.api_version), (kind, KIND, &names.kind)]
                {
                    if wanted {
                        out.extend_from_slice(name.as_bytes());
                        out.extend_from_slice(value.as_bytes());
                        out.push(b',');
                    }
                }
            }
            Self::MetadataHead(length) => {
                put_tag(out, protobuf::METADATA, WireType::Bytes);
                put_varint(out, length as u64);
            }
        }
    }
}

const API_VERSION: &str = "\"apiVersion\":";
const KIND: &str = "\"kind\":";

/// Why bytes are no object.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The JSON text is malformed.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The protobuf bytes are malformed.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A protobuf field of `metadata` is not laid out as its type wants it, or a text in it is not UTF-8.
    #[error("malformed protobuf at byte {offset}: metadata field {number} is no {wanted}")]
    Field {
        /// Offset from the start of the bytes.
        offset: usize,
        /// The field's number in `ObjectMeta`, or in a map entry of it.
        number: u32,
        /// What should stand there.
        wanted: &'static str,
    },
}

impl ScanError {
    /// Offset, from the start of the bytes, of what could not be understood.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Json(error) => error.offset,
            Self::Wire(error) => error.offset,
            Self::Field { offset, .. } => *offset,
        }
    }
}
