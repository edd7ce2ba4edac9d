//! A version of an object as a server keeps and sends it: [`Stored`]; and how it came to be: [`Change`].

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use lookglass_object::{Key, LabelSet, protobuf, table::KindEntry};

/// How a version of an object came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three changes a watch tells of")]
pub enum ChangeKind {
    /// It was created, or began to match.
    Added,
    /// It was changed.
    Modified,
    /// It was removed, or ceased to match.
    Deleted,
}

impl ChangeKind {
    /// As a watch frame says it: `ADDED`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "ADDED",
            Self::Modified => "MODIFIED",
            Self::Deleted => "DELETED",
        }
    }

    fn head(self) -> &'static [u8] {
        match self {
            Self::Added => br#"{"type":"ADDED","object":"#,
            Self::Modified => br#"{"type":"MODIFIED","object":"#,
            Self::Deleted => br#"{"type":"DELETED","object":"#,
        }
    }
}

/// A version of an object: its bytes, and what is asked of it without reading them.
///
/// The bytes are the JSON a `GET` answers with. They stand in one allocation inside the watch frame of the change that made them, so that neither
/// an answer nor a frame is ever encoded again or copied, however many ask.
///
/// # Cost
///
/// Cloning counts a reference. The protobuf form is made when it is first asked for, and kept.
#[derive(Clone)]
pub struct Stored(Arc<Inner>);

struct Inner {
    key: Key,
    version: u64,
    labels: LabelSet,
    change: ChangeKind,
    frame: Bytes,
    json: Range<usize>,
    /// Where the member after `kind` and `apiVersion` begins, in `frame`.
    body: usize,
    entry: Option<&'static KindEntry>,
    protobuf: OnceLock<Option<Bytes>>,
}

impl Stored {
    /// A version whose JSON is given. The text must be one JSON object that begins with `kind` and `apiVersion`, in this order and without
    /// spaces (`{"kind":"Pod","apiVersion":"v1","metadata":…`), as every API server writes it; nothing else in it is read here.
    ///
    /// `entry` is the kind's, if it is a built-in one.
    #[must_use]
    pub fn new(
        key: Key,
        version: u64,
        labels: LabelSet,
        change: ChangeKind,
        json: &[u8],
        entry: Option<&'static KindEntry>,
    ) -> Self {
        let head = change.head();
        let mut frame = Vec::with_capacity(head.len() + json.len() + 2);
        frame.extend_from_slice(head);
        frame.extend_from_slice(json);
        let json = head.len()..frame.len();
        frame.extend_from_slice(b"}\n");
        let body = json.start + after_type_meta(&frame[json.clone()]);
        Self(Arc::new(Inner {
            key,
            version,
            labels,
            change,
            frame: frame.into(),
            json,
            body,
            entry,
            protobuf: OnceLock::new(),
        }))
    }

    /// Namespace and name.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.0.key
    }

    /// The resource version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.version
    }

    /// The labels.
    #[must_use]
    pub fn labels(&self) -> &LabelSet {
        &self.0.labels
    }

    /// What made this version.
    #[must_use]
    pub fn change(&self) -> ChangeKind {
        self.0.change
    }

    /// The whole object as JSON, `kind` and `apiVersion` first.
    #[must_use]
    pub fn json(&self) -> Bytes {
        self.0.frame.slice(self.0.json.clone())
    }

    /// The members after `kind` and `apiVersion`, with the closing brace: `"metadata":{…},…}`. A brace before it makes it an item of a typed list.
    #[must_use]
    pub fn members(&self) -> &[u8] {
        &self.0.frame[self.0.body..self.0.json.end]
    }

    /// The line of a JSON watch that tells of this version as `change`; the one of the change that made it is at hand.
    #[must_use]
    pub fn frame(&self, change: ChangeKind) -> Bytes {
        if change == self.0.change {
            return self.0.frame.clone();
        }
        let json = &self.0.frame[self.0.json.clone()];
        [change.head(), json, b"}\n"].concat().into()
    }

    /// The message of `generated.proto`, without an envelope. `None` for a kind that has no protobuf.
    #[must_use]
    pub fn protobuf(&self) -> Option<&Bytes> {
        let make = || {
            let message = self.0.entry.filter(|entry| entry.message().has_protobuf())?.message();
            let mut raw = Vec::new();
            let json = &self.0.frame[self.0.json.clone()];
            protobuf::from_json(message, json, protobuf::Zeros::Written, &mut raw).ok()?;
            Some(raw.into())
        };
        self.0.protobuf.get_or_init(make).as_ref()
    }

    /// The built-in kind, if it is one.
    #[must_use]
    pub fn entry(&self) -> Option<&'static KindEntry> {
        self.0.entry
    }
}

impl fmt::Debug for Stored {
    /// Names the version; the bytes may hold what is secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stored({} at {}, {})", self.0.key, self.0.version, self.0.change.as_str())
    }
}

/// Where the members after `"kind":"…","apiVersion":"…",` begin; 1 if the text does not begin with these. Neither value can hold a quote.
fn after_type_meta(json: &[u8]) -> usize {
    let find = || {
        let rest = json.strip_prefix(br#"{"kind":""#)?;
        let rest = &rest[memchr::memchr(b'"', rest)?..];
        let rest = rest.strip_prefix(br#"","apiVersion":""#)?;
        let rest = &rest[memchr::memchr(b'"', rest)? + 1..];
        Some(json.len() - rest.strip_prefix(b",").unwrap_or(rest).len())
    };
    find().unwrap_or(1)
}

/// A change that a watch tells of.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// What the watcher sees happen; of another watcher it may be something else, since objects begin and cease to match.
    pub kind: ChangeKind,
    /// The object: after the change; for a deletion as it was last (or last matched), with the version of the deletion.
    pub object: Stored,
}

impl Change {
    /// From its parts.
    #[must_use]
    pub fn new(kind: ChangeKind, object: Stored) -> Self {
        Self { kind, object }
    }
}
