//! What a server reads of what clients send.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Method;
use lookglass_object::{Status, protobuf::Envelope, table::KindEntry};
use lookglass_protocol::{
    Resource, Target, Verb,
    body::{Expected, to_json, yaml_to_json},
    builtin,
    canonical::canonical_kind,
    media::{self, BodyType, Encoding, Offer, PatchType, Shown, Transform},
    params::Continue,
    request::{self, Call, Query, Route},
};
use serde_json::Value;

use crate::seeds::kind_of;

/// Any request line is routed to a verb that exists, or refused; its options are read or refused.
pub(crate) fn request(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (method, target) = text.split_once(' ').unwrap_or(("GET", &text));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let Ok(method) = method.parse::<Method>() else { return };
    let query = Query::parse(query);
    let Ok(Route::Resource(call)) = request::route(&method, path, &query, builtin::catalog()) else { return };
    let target = &call.target;
    let verbs = match &target.subresource {
        Some(name) => target.resource.subresource(name).expect("a subresource that exists").verbs,
        None => target.resource.verbs,
    };
    assert!(verbs.contains(call.verb));
    assert!(target.name.as_deref() != Some("") && target.namespace.as_deref() != Some(""));
    assert!(target.resource.is_namespaced() || target.namespace.is_none());
    options(&query, &call);
}

fn options(query: &Query, call: &Call) {
    let outcome = match call.verb {
        Verb::List | Verb::DeleteCollection => request::list_params(query, call).map(drop),
        Verb::Watch => request::watch_params(query, call).map(drop),
        Verb::Get => request::get_version(query).map(drop),
        Verb::Delete => request::delete_params(query, None).map(drop),
        verb => request::write_params(query, verb, Some(PatchType::Merge), "agent").map(drop),
    };
    refusal(outcome, &[400, 422, 500]);
}

fn refusal<T>(outcome: Result<T, Status>, codes: &[i32]) {
    if let Err(status) = outcome {
        assert!(codes.contains(&status.code()) && !status.message().is_empty(), "{status:?}");
    }
}

/// A query is read the same when it is escaped throughout, and all options of any call in it are read or refused.
pub(crate) fn query(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let query = Query::parse(&text);
    let escape = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let keys = ["watch", "limit", "labelSelector", "fieldSelector", "dryRun", "a", "x"];
    let pairs = keys.iter().flat_map(|key| query.all(key).map(|value| format!("{}={}", escape(key), escape(value))));
    let again = Query::parse(&pairs.collect::<Vec<_>>().join("&"));
    for key in keys {
        assert!(query.all(key).eq(again.all(key)), "{key}");
    }
    let pods = builtin::catalog().resource("", "v1", "pods").expect("built in");
    for verb in Verb::ALL {
        options(&query, &Call::new(verb, Target::collection(pods.clone(), None)));
    }
}

/// Any header is met by what there is, or refused.
pub(crate) fn accept(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let pods = builtin::catalog().resource("", "v1", "pods").expect("built in");
    for shown in [Shown::Object, Shown::List, Shown::Watch] {
        match media::negotiate(Some(&text), Offer::new(shown, pods)) {
            Ok(form) => {
                assert!(form.encoding != Encoding::Protobuf || form.transform != Transform::Table);
                assert!(form.encoding != Encoding::Yaml || shown != Shown::Watch);
            }
            refused => refusal(refused, &[406]),
        }
    }
    assert_eq!(media::status_form(Some(&text)).transform, Transform::None);
    refusal(media::discovery(Some(&text)), &[406]);
    refusal(BodyType::of(Some(&text), Some(pods)), &[415]);
    refusal(PatchType::of(Some(&text), pods), &[415]);
}

/// The resource of a kind, or else the one of pods.
fn resource(entry: &KindEntry) -> &'static std::sync::Arc<Resource> {
    let catalog = builtin::catalog();
    let of_kind = |resource: &&std::sync::Arc<Resource>| {
        let kind = &resource.kind;
        (kind.group(), kind.version(), kind.kind()) == (entry.group(), entry.version(), entry.kind())
    };
    let found = catalog.resources().iter().find(of_kind);
    found.or_else(|| catalog.resource("", "v1", "pods")).expect("pods are built in")
}

/// A JSON body becomes JSON or is refused, and the canonical form of it is its own.
pub(crate) fn body(input: &[u8]) {
    let Some((entry, text)) = kind_of(input) else { return };
    let resource = resource(entry);
    let expected = Expected::of(&Target::collection(resource.clone(), None));
    settled(BodyType::Json, text, &expected, resource.entry);
    if let Ok(options) = request::delete_params(&Query::default(), Some((BodyType::Json, text))) {
        assert!(options.grace_period_seconds.is_none_or(|seconds| seconds >= 0));
    }
}

/// The same of a body in protobuf.
pub(crate) fn envelope(input: &[u8]) {
    let entry = Envelope::parse(input).ok().and_then(|envelope| envelope.entry().ok());
    let resource = entry.map_or_else(|| builtin::catalog().resource("", "v1", "pods").expect("built in"), resource);
    let expected = Expected::of(&Target::collection(resource.clone(), None));
    settled(BodyType::Protobuf, input, &expected, resource.entry);
    refusal(request::delete_params(&Query::default(), Some((BodyType::Protobuf, input))), &[400, 422]);
}

fn settled(body_type: BodyType, body: &[u8], expected: &Expected, entry: Option<&'static KindEntry>) {
    let json = match to_json(body_type, Bytes::copy_from_slice(body), expected) {
        Ok(json) => json,
        refused => return refusal(refused, &[400]),
    };
    for entry in [entry, None] {
        match canonical_kind(expected.kind(), entry, &json) {
            Ok(once) => {
                let twice = canonical_kind(expected.kind(), entry, &once.json).expect("its own form");
                assert_eq!(String::from_utf8_lossy(&once.json), String::from_utf8_lossy(&twice.json));
                assert!(twice.strict.is_empty(), "{:?}", twice.strict);
            }
            refused => refusal(refused, &[400]),
        }
    }
}

/// YAML becomes JSON or is refused.
pub(crate) fn yaml(input: &[u8]) {
    if let Ok(json) = yaml_to_json(input) {
        let value: Value = serde_json::from_slice(&json).expect("JSON");
        drop(value);
    }
}

/// A token is what it says, or refused.
pub(crate) fn token(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    for token in [text.clone().into_owned(), URL_SAFE_NO_PAD.encode(input)] {
        match Continue::decode(&token) {
            Ok(next) => {
                assert!(!next.start.split('/').any(|segment| segment == ".."), "{next:?}");
                assert_eq!(Continue::decode(&next.encode()), Ok(next));
            }
            refused => refusal(refused, &[400]),
        }
    }
}
