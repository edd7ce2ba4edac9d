//! Reading what is wrapped: protobuf, continue tokens, numbers in messages.

use base64::Engine as _;
use lookglass_object::{
    protobuf::{Envelope, ListItems, to_json},
    table::{Message, Table},
};
use serde_json::{Value, json};

/// The word after these words.
pub(crate) fn after<'m>(message: &'m str, words: &str) -> Option<&'m str> {
    let rest = &message[message.find(words)? + words.len()..];
    let end = rest.find([' ', ')', ',']).unwrap_or(rest.len());
    Some(&rest[..end])
}

fn token(text: &str) -> Option<Value> {
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Where the page of a continue token begins.
pub(crate) fn token_start(text: &str) -> Option<String> {
    let start = token(text)?.get("start")?.as_str()?.to_owned();
    Some(start.strip_prefix('/').map_or(start.clone(), str::to_owned))
}

/// The version of a continue token.
pub(crate) fn token_version(text: &str) -> Option<u64> {
    token(text)?.get("rv")?.as_u64()
}

/// The JSON of a protobuf answer; `None` if it is none, or of an unknown kind.
pub(crate) fn json_of(bytes: &[u8]) -> Option<Value> {
    let envelope = Envelope::parse(bytes).ok()?;
    if let Ok(message) = envelope.message() {
        return message_json(message, envelope.raw(), envelope.type_meta());
    }
    let message = Table::builtin().kind_of(envelope.api_version(), envelope.kind().strip_suffix("List")?)?.message();
    let raw = envelope.raw();
    let mut list = ListItems::new(raw);
    let items = list.by_ref().map(|item| message_json(message, &raw[item.ok()?], None));
    let items = items.collect::<Option<Vec<_>>>()?;
    let meta = list.metadata().ok()?;
    let mut metadata = json!({"resourceVersion": meta.resource_version});
    if !meta.continue_token.is_empty() {
        metadata["continue"] = meta.continue_token.into();
    }
    if let Some(remaining) = meta.remaining_item_count {
        metadata["remainingItemCount"] = remaining.into();
    }
    let (version, kind) = (envelope.api_version(), envelope.kind());
    Some(json!({"kind": kind, "apiVersion": version, "metadata": metadata, "items": items}))
}

fn message_json(message: &'static Message, raw: &[u8], type_meta: Option<(&str, &str)>) -> Option<Value> {
    let mut text = Vec::new();
    to_json(message, raw, type_meta, &mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
