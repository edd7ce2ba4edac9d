//! Changes, bookmarks and errors as frames of one watch: [`Encoder`].

use std::sync::Arc;

use bytes::Bytes;
use lookglass_object::{Status, protobuf};

use super::bookmark;
use crate::{
    Change, Resource, Stored,
    answer::{self, Include, View, partial},
    media::{self, Encoding, Form, Transform},
    service::Clock,
};

/// Writes the frames of one watch.
pub(crate) struct Encoder {
    resource: Arc<Resource>,
    form: Form,
    include: Include,
    clock: Clock,
    /// Whether the columns of the Table have been sent.
    columns_sent: bool,
}

impl Encoder {
    pub(crate) fn new(resource: Arc<Resource>, form: Form, include: Include, clock: Clock) -> Self {
        Self { resource, form, include, clock, columns_sent: false }
    }

    /// What the answer's `Content-Type` says.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.form.encoding {
            Encoding::Protobuf => "application/vnd.kubernetes.protobuf;stream=watch",
            Encoding::Json | Encoding::Yaml => media::JSON,
        }
    }

    /// The frame that all watches of this form share, if the change is told as it came to be.
    pub(crate) fn shared(&self, change: &Change) -> Option<Bytes> {
        if self.form.transform != Transform::None || change.kind != change.object.change() {
            return None;
        }
        match self.form.encoding {
            Encoding::Protobuf => change.object.protobuf_frame(change.kind),
            Encoding::Json | Encoding::Yaml => Some(change.object.frame(change.kind)),
        }
    }

    /// Appends the frame of a change. After an error nothing is appended.
    pub(crate) fn change(&mut self, change: &Change, out: &mut Vec<u8>) -> Result<(), Status> {
        self.object(change.kind.as_str(), &change.object, out)
    }

    /// Appends a bookmark; `initial` if it ends the initial state.
    pub(crate) fn bookmark(&mut self, version: u64, initial: bool, out: &mut Vec<u8>) {
        let mark = bookmark::object(&self.resource, version, initial);
        // A kind without protobuf is not watched in protobuf, so this does not fail; if it did, a bookmark would be missed.
        let _missed = self.object("BOOKMARK", &mark, out);
    }

    /// Appends the frame that ends a watch. It is a `Status` whatever else was asked for.
    pub(crate) fn error(&self, status: &Status, out: &mut Vec<u8>) {
        let mut json = Vec::new();
        answer::go_json(status, &mut json);
        let message = (self.form.encoding == Encoding::Protobuf).then(|| answer::status_message(&json)).flatten();
        let written = message.is_some_and(|message| write("ERROR", "v1", "Status", &message, out).is_ok());
        if !written {
            line("ERROR", |out| out.extend_from_slice(&json), out);
        }
    }

    fn object(&mut self, event: &str, object: &Stored, out: &mut Vec<u8>) -> Result<(), Status> {
        let form = self.form;
        match (self.form.transform, self.form.encoding) {
            (Transform::None, Encoding::Protobuf) => {
                let (Some(entry), Some(message)) = (object.entry(), object.protobuf()) else {
                    return Err(answer::no_protobuf());
                };
                write(event, &entry.api_version(), entry.kind(), message, out)?;
            }
            (Transform::Partial, Encoding::Protobuf) => {
                let message = partial::message(object).ok_or_else(answer::no_protobuf)?;
                write(event, partial::api_version(self.form), partial::KIND, &message, out)?;
            }
            (Transform::None, _) => line(event, |out| out.extend_from_slice(&object.json()), out),
            (Transform::Partial, _) => line(event, |out| partial::write_json(object, form, out), out),
            (Transform::Table, _) => {
                let view = View { form: self.form, include: self.include, now: (self.clock)() };
                let columns = !std::mem::replace(&mut self.columns_sent, true);
                line(event, |out| answer::row_alone(&self.resource, object, columns, view, out), out);
            }
        }
        Ok(())
    }
}

/// A frame in JSON.
fn line(event: &str, object: impl FnOnce(&mut Vec<u8>), out: &mut Vec<u8>) {
    out.extend_from_slice(br#"{"type":""#);
    out.extend_from_slice(event.as_bytes());
    out.extend_from_slice(br#"","object":"#);
    object(out);
    out.extend_from_slice(b"}\n");
}

/// A frame in protobuf.
fn write(event: &str, api_version: &str, kind: &str, message: &[u8], out: &mut Vec<u8>) -> Result<(), Status> {
    protobuf::write_watch_event(event, api_version, kind, message, out).map_err(Status::internal_error)
}
