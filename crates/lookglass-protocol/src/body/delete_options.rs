//! `DeleteOptions`, as a body.

use lookglass_object::{
    Gvk, Quoted, Status,
    protobuf::{self, FromJson, Zeros},
    table::{Message, Table},
};
use serde::Deserialize;

use super::{check, envelope, no_kind, proto_words, said, yaml_to_json};
use crate::{canonical::go_words, media::BodyType};

/// What a client said about a deletion, before it was looked at.
#[derive(Debug, Default)]
pub(crate) struct DeleteOptions {
    pub(crate) grace_period_seconds: Option<i64>,
    pub(crate) uid: Option<String>,
    pub(crate) resource_version: Option<String>,
    pub(crate) orphan_dependents: Option<bool>,
    pub(crate) propagation: Option<String>,
    pub(crate) dry_run: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    grace_period_seconds: Option<i64>,
    preconditions: Option<Preconditions>,
    orphan_dependents: Option<bool>,
    propagation_policy: Option<String>,
    dry_run: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Preconditions {
    uid: Option<String>,
    resource_version: Option<String>,
}

/// Reads a body, which may leave out what it is.
pub(crate) fn delete_options(body_type: BodyType, body: &[u8]) -> Result<DeleteOptions, Status> {
    let refuse = |why: String| Status::bad_request(why);
    let message = Table::builtin().kind("", "v1", "DeleteOptions").map(|entry| entry.message());
    let Some(message) = message else { return Err(Status::internal_error("DeleteOptions are not in the table")) };
    let mut raw = Vec::new();
    let json = match body_type {
        BodyType::Json => {
            from_json(message, body, &mut raw)?;
            raw
        }
        BodyType::Yaml => {
            from_json(message, &yaml_to_json(body).map_err(refuse)?, &mut raw)?;
            raw
        }
        BodyType::Protobuf => {
            let envelope = envelope(body).map_err(refuse)?;
            check_kind(envelope.api_version(), envelope.kind())?;
            envelope.raw().to_owned()
        }
    };
    let mut text = Vec::new();
    protobuf::to_json(message, &json, None, &mut text).map_err(|error| refuse(proto_words(error.kind())))?;
    let body: Body = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    let preconditions = body.preconditions.unwrap_or_default();
    Ok(DeleteOptions {
        grace_period_seconds: body.grace_period_seconds,
        uid: preconditions.uid,
        resource_version: preconditions.resource_version,
        orphan_dependents: body.orphan_dependents,
        propagation: body.propagation_policy,
        dry_run: body.dry_run,
    })
}

fn from_json(message: &'static Message, json: &[u8], raw: &mut Vec<u8>) -> Result<(), Status> {
    let refuse = |why: String| Status::bad_request(why);
    let checked = check(json).map_err(|why| refuse(no_kind(&why)))?;
    let said: Gvk = said(&checked).map_err(refuse)?;
    check_kind(&said.group_version().to_string(), said.kind())?;
    let mut from = FromJson::new();
    let read = from.read(checked.text.as_bytes()).and_then(|()| from.write(message, Zeros::Written, None, raw));
    read.map_err(|error| refuse(go_words(message, json, &error)))
}

/// Every group has its own version of these options, and all are taken.
fn check_kind(api_version: &str, kind: &str) -> Result<(), Status> {
    if matches!(kind, "" | "DeleteOptions") {
        return Ok(());
    }
    let (kind, version) = (Quoted(kind), Quoted(api_version));
    let scheme = "\"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:31\"";
    Err(Status::bad_request(format!("no kind {kind} is registered for version {version} in scheme {scheme}")))
}
