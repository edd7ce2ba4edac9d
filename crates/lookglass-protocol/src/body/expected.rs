//! What a body should be, and the refusals of one that is not.

use std::fmt::Display;

use lookglass_object::{
    Gvk, Quoted, Status, StatusCause,
    json::{JsonError, Reader, Sort},
    table::Table,
};

use super::go_json::Checked;
use crate::{Target, canonical::go_package};

/// The kind that the body of a request should be of.
#[derive(Debug, Clone)]
pub struct Expected {
    kind: Gvk,
    custom: bool,
}

impl Expected {
    /// What is written to a target: its resource's kind, or its subresource's where that has one of its own (`Scale`, `Binding`).
    #[must_use]
    pub fn of(target: &Target) -> Self {
        let resource = &*target.resource;
        let sub = target.subresource.as_deref().and_then(|name| resource.subresource(name)).map(|sub| &sub.kind);
        match sub {
            Some(sub) if !sub.kind().is_empty() && *sub != resource.kind && sub.kind() != resource.kind.kind() => {
                let own = sub.version().is_empty();
                let (group, version) = match own {
                    true => (resource.kind.group(), resource.kind.version()),
                    false => (sub.group(), sub.version()),
                };
                Self { kind: gvk(group, version, sub.kind()), custom: false }
            }
            _ => Self { kind: resource.kind.clone(), custom: resource.is_custom() },
        }
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &Gvk {
        &self.kind
    }

    /// Checks what a JSON text says it is. `body` is what the client sent.
    pub(super) fn check(&self, said: &Gvk, checked: &Checked<'_>, body: &[u8]) -> Result<(), Status> {
        if !self.custom {
            return self.check_built_in(said).map(drop);
        }
        if said.kind().is_empty() {
            let text = String::from_utf8_lossy(body);
            return Err(self.unrecognized(&format!("Object 'Kind' is missing in '{text}'"), body));
        }
        if (said.group(), said.version()) != (self.kind.group(), self.kind.version()) {
            return Err(self.other_version(said));
        }
        if said.kind() != self.kind.kind() {
            let name = name(&checked.text).unwrap_or_default();
            let why = format!("Invalid value: {}: must be {}", Quoted(said.kind()), self.kind.kind());
            return Err(Status::invalid(said, &name, vec![StatusCause::new("FieldValueInvalid", why, "kind")]));
        }
        if checked.shortened {
            return Err(self.cannot_handle(said, "json: exceeded max depth"));
        }
        Ok(())
    }

    /// Checks what a body says it is; what it does not say is what it should be.
    pub(super) fn check_built_in(&self, said: &Gvk) -> Result<Gvk, Status> {
        let expected = &self.kind;
        let said_version = !said.group().is_empty() || !said.version().is_empty();
        let (group, version) = match said_version {
            // A group alone goes with its own version.
            true if said.version().is_empty() && said.group() == expected.group() => (said.group(), expected.version()),
            true => (said.group(), said.version()),
            false => (expected.group(), expected.version()),
        };
        let kind = if said.kind().is_empty() { expected.kind() } else { said.kind() };
        let said = gvk(group, version, kind);
        if said == *expected {
            return Ok(said);
        }
        if Table::builtin().kind(group, version, kind).is_none() {
            return Err(self.not_registered(&said));
        }
        // Versions of a group share a form inside the server, and so do the events of both groups.
        let related = kind == expected.kind() && (group == expected.group() || kind == "Event");
        if related {
            return Err(self.other_version(&said));
        }
        let (from, to) = (format!("{version}.{kind}"), format!("{}.{}", go_package(expected), expected.kind()));
        Err(self.cannot_handle(&said, format!("converting ({from}) to ({to}): unknown conversion")))
    }

    /// 400 for a body that cannot even be asked what it is.
    pub(super) fn unrecognized(&self, why: &str, body: &[u8]) -> Status {
        let kind = self.kind.kind();
        let summary = summary(body);
        Status::bad_request(format!("the object provided is unrecognized (must be of type {kind}): {why} ({summary})"))
    }

    /// 400 for a body that says what it is and yet is not.
    pub(super) fn cannot_handle(&self, said: &Gvk, why: impl Display) -> Status {
        crate::canonical::cannot_handle(said, self.kind.kind(), why)
    }

    pub(super) fn not_registered(&self, said: &Gvk) -> Status {
        let version = said.group_version().to_string();
        let (kind, version) = (Quoted(said.kind()), Quoted(&version));
        let scheme = "\"pkg/api/legacyscheme/scheme.go:30\"";
        self.cannot_handle(said, format!("no kind {kind} is registered for version {version} in scheme {scheme}"))
    }

    fn other_version(&self, said: &Gvk) -> Status {
        Status::bad_request(format!(
            "the API version in the data ({}) does not match the expected API version ({})",
            said.group_version(),
            self.kind.group_version()
        ))
    }
}

fn gvk(group: &str, version: &str, kind: &str) -> Gvk {
    Gvk::new(group.to_owned(), version.to_owned(), kind.to_owned())
}

/// How much of a body a refusal shows.
const SHOWN: usize = 30;

/// The beginning of a body: as text if it looks like JSON, else in hexadecimal digits.
fn summary(body: &[u8]) -> String {
    let shown = &body[..body.len().min(SHOWN)];
    let text = match body.first() {
        None => return "<empty>".into(),
        Some(b'{') => String::from_utf8_lossy(shown).into_owned(),
        Some(_) => shown.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    if body.len() > SHOWN { text + " ..." } else { text }
}

/// `metadata.name`, if the text has one.
fn name(text: &str) -> Option<String> {
    let enter = |mut reader: Reader<'_>, wanted: &str| -> Result<Option<usize>, JsonError> {
        reader.object()?;
        while let Some(name) = reader.member()? {
            if name.is(wanted) {
                reader.peek()?;
                return Ok(Some(reader.offset()));
            }
            reader.step_over()?;
        }
        Ok(None)
    };
    let metadata = enter(Reader::new(text), "metadata").ok()??;
    let at = metadata + enter(Reader::new(&text[metadata..]), "name").ok()??;
    let mut reader = Reader::new(&text[at..]);
    if reader.peek() != Ok(Sort::String) {
        return None;
    }
    Some(reader.string().ok()?.decode().ok()?.into_owned())
}
