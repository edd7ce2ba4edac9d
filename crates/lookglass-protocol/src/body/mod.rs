//! The bodies of requests, in all encodings, as JSON: [`to_json`].
//!
//! # Promises
//!
//! - What is refused is refused in the words of a real API server: Go's for JSON, its protobuf's, and those about kinds and versions.
//! - Hostile bodies end in a `Status`: JSON is checked without recursion, YAML under budgets for depth, aliases and size, protobuf under
//!   those of [`lookglass_object::protobuf`].
//! - What comes out nests at most 120 levels. Deeper JSON is emptied there when the kind is built in, since no field of such a kind lies
//!   there but those that hold any JSON; [`canonical`](crate::canonical) refuses an object in which something so deep would be kept.
//!
//! # Cost
//!
//! JSON is looked through once and passed on without a copy. YAML and protobuf are rewritten.

mod delete_options;
mod expected;
mod go_json;
mod go_struct;
#[cfg(test)]
pub(crate) mod go_words;
#[cfg(test)]
mod tests;
pub(crate) mod value;
mod yaml;

use std::borrow::Cow;

use bytes::Bytes;
use lookglass_object::{
    Gvk, Status,
    protobuf::{self, Envelope, ErrorKind, MAGIC},
    table::Table,
    wire::WireErrorKind,
};

pub(crate) use self::delete_options::{DeleteOptions, delete_options};
pub use self::expected::Expected;
pub use self::go_json::go_text;
pub(crate) use self::go_json::{Checked, MAX_DEPTH, check, depth};
pub(crate) use self::go_struct::GoStruct;
pub use self::yaml::yaml_to_json;
use crate::media::BodyType;

/// Makes JSON of a body, and checks that it says it is what is expected. `kind` and `apiVersion` stand in it as far as the client said
/// them; where it did not they are taken for the expected ones (custom resources must say both).
///
/// # Errors
///
/// 400: malformed, or another kind or version; 422: another kind where a custom resource was expected.
pub fn to_json(body_type: BodyType, body: Bytes, expected: &Expected) -> Result<Bytes, Status> {
    let refuse = |why: String| expected.unrecognized(&why, &body);
    match body_type {
        BodyType::Json => {
            let checked = check(&body).map_err(|why| refuse(no_kind(&why)))?;
            let said = said(&checked).map_err(&refuse)?;
            expected.check(&said, &checked, &body)?;
            if checked.shortened || checked.text.len() != body.len() || is_null(&checked.text) {
                return Ok(object(checked));
            }
            Ok(body)
        }
        BodyType::Yaml => {
            let json = yaml_to_json(&body).map_err(&refuse)?;
            let checked = check(&json).map_err(|why| refuse(no_kind(&why)))?;
            let said = said(&checked).map_err(&refuse)?;
            expected.check(&said, &checked, &body)?;
            Ok(object(checked))
        }
        BodyType::Protobuf => {
            let envelope = envelope(&body).map_err(&refuse)?;
            let said = gvk(envelope.api_version(), envelope.kind()).map_err(&refuse)?;
            let said = expected.check_built_in(&said)?;
            let entry = Table::builtin().kind(said.group(), said.version(), said.kind());
            let Some(entry) = entry else { return Err(expected.not_registered(&said)) };
            let version = entry.api_version();
            let mut json = Vec::new();
            protobuf::to_json(entry.message(), envelope.raw(), Some((&version, entry.kind())), &mut json)
                .map_err(|error| expected.cannot_handle(&said, proto_words(error.kind())))?;
            Ok(json.into())
        }
    }
}

/// The text of a JSON document that is no object of any kind: a patch.
///
/// # Errors
///
/// What Go says of it.
pub fn json_text(document: &[u8]) -> Result<Cow<'_, str>, String> {
    let checked = check(document)?;
    if checked.shortened { Err("json: exceeded max depth".into()) } else { Ok(checked.text) }
}

fn object(checked: Checked<'_>) -> Bytes {
    if is_null(&checked.text) { Bytes::from_static(b"{}") } else { checked.text.into_owned().into() }
}

fn is_null(text: &str) -> bool {
    text.trim_ascii() == "null"
}

fn no_kind(why: &str) -> String {
    format!("couldn't get version/kind; json parse error: {why}")
}

/// What a JSON text says it is; empty where it does not.
fn said(checked: &Checked<'_>) -> Result<Gvk, String> {
    const FIND: GoStruct = GoStruct {
        name: "",
        whole: r#"struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }"#,
    };
    let (mut api_version, mut kind) = (String::new(), String::new());
    let found = FIND.members(checked, |name, reader| {
        let slot = match name {
            "apiVersion" => &mut api_version,
            "kind" => &mut kind,
            _ => return Ok(()),
        };
        if let Some(text) = FIND.string(name, reader)? {
            *slot = text;
        }
        Ok(())
    });
    found.map_err(|why| no_kind(&why))?;
    gvk(&api_version, &kind)
}

fn gvk(api_version: &str, kind: &str) -> Result<Gvk, String> {
    Gvk::from_api_version(api_version, kind).map_err(|error| error.to_string())
}

/// Opens an envelope; the error is the real server's text.
fn envelope(body: &[u8]) -> Result<Envelope<'_>, String> {
    match body {
        [] => Err("empty data".into()),
        body if !body.starts_with(&MAGIC) => Err(format!(
            "provided data does not appear to be a protobuf message, expected prefix [{}]",
            MAGIC.map(|byte| byte.to_string()).join(" ")
        )),
        body if body.len() == MAGIC.len() => Err("empty body".into()),
        body => Envelope::parse(body).map_err(|error| proto_words(error.kind())),
    }
}

/// The words of gogo's protobuf, where it has them.
fn proto_words(error: &ErrorKind) -> String {
    match error {
        ErrorKind::Wire(WireErrorKind::Truncated) => "unexpected EOF".into(),
        ErrorKind::Wire(WireErrorKind::Overlong) => "proto: integer overflow".into(),
        ErrorKind::Wire(WireErrorKind::WireType(wire)) => format!("proto: illegal wireType {wire}"),
        ErrorKind::Wire(WireErrorKind::Group) => "proto: unexpected end of group".into(),
        other => format!("proto: {other}"),
    }
}
