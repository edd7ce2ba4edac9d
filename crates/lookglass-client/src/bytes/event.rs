//! What a frame of a watch tells: [`WatchEvent`].

use std::{borrow::Cow, collections::BTreeMap, fmt};

use lookglass_object::{
    Arrival, Encoding, Intake, IntakeError, Key, Object, ResourceVersion, Status,
    json::{JsonError, Reader},
    protobuf::{self, Envelope, WatchFrame},
    table::Table,
};
use serde::Deserialize;
use thiserror::Error;

/// What a watch tells: client-go's `watch.Event`.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "the five types of the protocol; whoever watches must handle each")]
pub enum WatchEvent<K> {
    /// The object was created, or began to match the selectors.
    Added(Object<K>),
    /// The object was changed.
    Modified(Object<K>),
    /// The object was removed, or ceased to match. This is its last state, with the version of the deletion.
    Deleted(Object<K>),
    /// Everything up to this version has been told.
    Bookmark(Bookmark),
    /// The server ends the watch with this.
    Error(Status),
}

/// A mark in a watch: everything up to a version has been told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bookmark {
    /// The version; unset if the server does not say it.
    pub version: ResourceVersion,
    /// Whether the initial state, asked for with `sendInitialEvents`, is complete with this.
    pub initial_events_end: bool,
}

/// Why a frame tells nothing.
///
/// Shown without any of the object's content, which may be secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EventError {
    /// The frame is not one: another server, or a proxy's page.
    #[error("not a watch event: {reason}")]
    Malformed {
        /// What is wrong, with the place in the frame.
        reason: String,
    },
    /// A type of event that the protocol does not have. The watch can go on, but what was told is not known.
    #[error("a watch event of the unknown type {event:?}")]
    UnknownType {
        /// What it says.
        event: String,
    },
    /// The object cannot be taken in. The watch can go on, but the object's state is not known any more.
    #[error("the object of an event of type {event}")]
    Object {
        /// The type of the event.
        event: &'static str,
        /// Which object it is, where that can be told all the same.
        key: Option<Key>,
        /// Why.
        #[source]
        source: IntakeError,
    },
}

impl<K> WatchEvent<K> {
    /// Reads a frame that a [`Framer`](super::Framer) cut.
    ///
    /// # Cost
    ///
    /// One pass over the object and one copy, as for [`Intake`]; a frame as API servers write them (type first) costs nothing more.
    ///
    /// # Errors
    ///
    /// The frame or its object cannot be read.
    pub fn read(encoding: Encoding, frame: &[u8], intake: &mut Intake<K>) -> Result<Self, EventError> {
        Self::read_as(Arrival::Changed, encoding, frame, intake)
    }

    /// As [`read`](Self::read), for a frame that may be part of a streaming list: its objects arrive as those of a list do, so many at once that they are packed as they come.
    ///
    /// # Errors
    ///
    /// The frame or its object cannot be read.
    pub fn read_as(
        arrival: Arrival,
        encoding: Encoding,
        frame: &[u8],
        intake: &mut Intake<K>,
    ) -> Result<Self, EventError> {
        match encoding {
            Encoding::Json => {
                let (event, object) = json_parts(frame).map_err(|error| malformed(&error))?;
                Self::build(&event, object, (arrival, encoding), intake)
            }
            Encoding::Protobuf => {
                let parts = WatchFrame::parse(frame).map_err(|error| malformed(&error))?;
                Self::build(parts.event(), parts.object(), (arrival, encoding), intake)
            }
        }
    }

    fn build(
        event: &str,
        object: &[u8],
        (arrival, encoding): (Arrival, Encoding),
        intake: &mut Intake<K>,
    ) -> Result<Self, EventError> {
        let make: (&'static str, fn(Object<K>) -> Self) = match event {
            "ADDED" => ("ADDED", Self::Added),
            "MODIFIED" => ("MODIFIED", Self::Modified),
            "DELETED" => ("DELETED", Self::Deleted),
            "BOOKMARK" => return bookmark(encoding, object).map(Self::Bookmark),
            "ERROR" => return status(encoding, object).map(Self::Error),
            // A later version of the protocol has types of its own; but whoever says none does not speak it at all.
            "" => return Err(malformed(&"it has no type")),
            _ => return Err(EventError::UnknownType { event: event.chars().take(super::place::SHOWN).collect() }),
        };
        // A server may answer in JSON with objects in protobuf's place only by mistake; what the bytes are, they say themselves.
        let taken = match encoding {
            Encoding::Json => intake.json(object, arrival),
            Encoding::Protobuf => intake.protobuf(object, arrival),
        };
        taken.map(make.1).map_err(|source| {
            let key = intake.key_of(object, encoding);
            EventError::Object { event: make.0, key, source }
        })
    }
}

/// Type and object of a JSON frame.
fn json_parts(frame: &[u8]) -> Result<(Cow<'_, str>, &[u8]), JsonError> {
    if let Some(parts) = usual(frame) {
        return Ok((parts.0.into(), parts.1));
    }
    let mut reader = Reader::from_bytes(frame)?;
    let mut parts = ("".into(), &b"null"[..]);
    reader.object()?;
    while let Some(name) = reader.member()? {
        match &*name.decode()? {
            "type" => parts.0 = reader.string()?.decode()?,
            "object" => parts.1 = &frame[reader.skip()?],
            _ => reader.step_over()?,
        }
    }
    reader.end()?;
    Ok(parts)
}

/// The same for the form that API servers write, without a look at the object: that its end is right, its own reading tells.
fn usual(frame: &[u8]) -> Option<(&str, &[u8])> {
    let rest = frame.strip_prefix(br#"{"type":""#)?;
    let (event, rest) = rest.split_at(memchr::memchr(b'"', rest)?);
    let object = rest.strip_prefix(br#"","object":"#)?.strip_suffix(b"}")?;
    let plain = !event.is_empty() && event.iter().all(u8::is_ascii_uppercase);
    // An object that ends with its brace; whatever follows it inside would make the reading of it fail.
    (plain && object.ends_with(b"}")).then(|| Some((str::from_utf8(event).ok()?, object)))?
}

fn bookmark(encoding: Encoding, object: &[u8]) -> Result<Bookmark, EventError> {
    let json = to_json("BOOKMARK", encoding, object)?;
    let mark: Mark =
        serde_json::from_slice(&json).map_err(|error| malformed(&format!("its bookmark is none: {error}")))?;
    let end = mark.metadata.annotations.get("k8s.io/initial-events-end");
    Ok(Bookmark {
        version: ResourceVersion::from(mark.metadata.resource_version.as_str()),
        initial_events_end: end.is_some_and(|end| end == "true"),
    })
}

/// What is read of a bookmark's object.
#[derive(Deserialize)]
struct Mark {
    #[serde(default)]
    metadata: MarkMetadata,
}

/// What is empty is left out on the wire.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct MarkMetadata {
    resource_version: String,
    annotations: BTreeMap<String, String>,
}

pub(crate) fn status(encoding: Encoding, object: &[u8]) -> Result<Status, EventError> {
    let json = to_json("ERROR", encoding, object)?;
    serde_json::from_slice(&json).map_err(|error| malformed(&format!("its error is no Status: {error}")))
}

/// The JSON of what is small and seldom.
fn to_json(event: &'static str, encoding: Encoding, object: &[u8]) -> Result<Vec<u8>, EventError> {
    if encoding == Encoding::Json || object.first() == Some(&b'{') {
        return Ok(object.to_vec());
    }
    let convert = || -> Result<Vec<u8>, protobuf::Error> {
        let envelope = Envelope::parse(object)?;
        let mut json = Vec::new();
        // A kind that the table does not know has its metadata in field 1 all the same, as every kind has.
        let partial = Table::builtin().kind("meta.k8s.io", "v1", "PartialObjectMetadata");
        let message = envelope.message().ok().or_else(|| partial.map(|entry| entry.message()));
        if let Some(message) = message {
            protobuf::to_json(message, envelope.raw(), envelope.type_meta(), &mut json)?;
        }
        Ok(json)
    };
    convert().map_err(|error| malformed(&format!("its {event} object: {error}")))
}

fn malformed(reason: &dyn fmt::Display) -> EventError {
    EventError::Malformed { reason: reason.to_string() }
}
