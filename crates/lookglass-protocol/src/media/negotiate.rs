//! What the client gets, out of what it accepts and what there is.

use lookglass_object::{Reason, Status};

use super::{
    JSON, PROTOBUF, YAML,
    accept::{Clause, clauses, passes_router},
};
use crate::{Resource, request::Query};

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three encodings of Kubernetes that are on by default")]
pub enum Encoding {
    /// `application/json`.
    Json,
    /// `application/yaml`.
    Yaml,
    /// `application/vnd.kubernetes.protobuf`.
    Protobuf,
}

impl Encoding {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => JSON,
            Self::Yaml => YAML,
            Self::Protobuf => PROTOBUF,
        }
    }
}

/// What an answer shows of its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the transforms of Kubernetes")]
pub enum Transform {
    /// All.
    None,
    /// A Table, as `kubectl get` shows it.
    Table,
    /// The metadata: `PartialObjectMetadata`, or its list.
    Partial,
}

/// How an answer looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Form {
    /// How it is written.
    pub encoding: Encoding,
    /// What is shown.
    pub transform: Transform,
    /// The version of `meta.k8s.io` that the transform was asked in: `v1` or `v1beta1`.
    pub meta_version: &'static str,
    /// Indented, for people.
    pub pretty: bool,
}

impl Form {
    /// All of it, written so.
    #[must_use]
    pub fn plain(encoding: Encoding) -> Self {
        Self { encoding, transform: Transform::None, meta_version: "v1", pretty: false }
    }
}

/// What sort of answer there will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "an answer is one of these")]
pub enum Shown {
    /// One object.
    Object,
    /// A list.
    List,
    /// A watch.
    Watch,
}

/// What can be given.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Offer<'a> {
    /// What is answered.
    pub shown: Shown,
    /// Of which resource.
    pub resource: &'a Resource,
}

impl<'a> Offer<'a> {
    /// From its parts.
    #[must_use]
    pub fn new(shown: Shown, resource: &'a Resource) -> Self {
        Self { shown, resource }
    }
}

const ALL: [Encoding; 3] = [Encoding::Json, Encoding::Yaml, Encoding::Protobuf];
const ALL_TYPES: [&str; 3] = [JSON, YAML, PROTOBUF];
const STREAMS: [&str; 2] = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

/// Finds the form of an answer. No header, or an empty one, means JSON.
///
/// # Errors
///
/// 406, if nothing that the client accepts can be given.
pub fn negotiate(accept: Option<&str>, offer: Offer<'_>) -> Result<Form, Status> {
    let Some(accept) = accept.filter(|accept| !accept.is_empty()) else { return Ok(Form::plain(Encoding::Json)) };
    let custom = offer.resource.is_custom();
    if !custom {
        let streams: &[&str] = if offer.shown == Shown::Object { &[] } else { &STREAMS };
        router(accept, &[&ALL_TYPES, streams].concat())?;
    }
    let clauses = clauses(accept);
    let find = |clause: &Clause<'_>| {
        let covered = ALL.into_iter().filter(|encoding| clause.covers(encoding.media_type()));
        covered.map(|encoding| form(clause, encoding, !custom)).find_map(|form| form)
    };
    let Some((form, list)) = clauses.iter().find_map(find) else { return Err(not_acceptable(&ALL_TYPES)) };
    if offer.shown == Shown::Watch && form.encoding == Encoding::Yaml {
        return Err(not_acceptable(&STREAMS));
    }
    if form.transform == Transform::Partial && list != (offer.shown == Shown::List) {
        return Err(wrong_partial(list, offer));
    }
    Ok(form)
}

/// The form of a `Status`: always one, since an error is never hidden behind another; whoever accepts none gets indented JSON. Errors are
/// never transformed.
#[must_use]
pub fn status_form(accept: Option<&str>) -> Form {
    let Some(accept) = accept.filter(|accept| !accept.is_empty()) else { return Form::plain(Encoding::Json) };
    let find = |clause: &Clause<'_>| {
        let plain = is_plain(clause);
        let covered = ALL.into_iter().find(|encoding| plain && clause.covers(encoding.media_type()))?;
        Some(Form { pretty: clause.param("pretty") == Some("1"), ..Form::plain(covered) })
    };
    clauses(accept).iter().find_map(find).unwrap_or(Form { pretty: true, ..Form::plain(Encoding::Json) })
}

/// The form of a discovery document, and whether it is the aggregated one (`apidiscovery.k8s.io/v2`).
///
/// # Errors
///
/// 406, if nothing that the client accepts can be given; the aggregated form of an older version alone cannot.
pub fn discovery(accept: Option<&str>) -> Result<(Form, bool), Status> {
    let Some(accept) = accept.filter(|accept| !accept.is_empty()) else {
        return Ok((Form::plain(Encoding::Json), false));
    };
    let clauses = clauses(accept);
    let find = |wanted: fn(&Clause<'_>) -> bool| {
        let mut wanted = clauses.iter().filter(|clause| wanted(clause));
        wanted.find_map(|clause| {
            let covered = ALL.into_iter().find(|encoding| clause.covers(encoding.media_type()))?;
            Some(Form { pretty: clause.param("pretty") == Some("1"), ..Form::plain(covered) })
        })
    };
    let aggregated = |clause: &Clause<'_>| {
        let wanted = ["g", "v", "as"].map(|name| clause.param(name));
        wanted == [Some("apidiscovery.k8s.io"), Some("v2"), Some("APIGroupDiscoveryList")]
    };
    if let Some(form) = find(aggregated) {
        return Ok((form, true));
    }
    router(accept, &ALL_TYPES)?;
    find(is_plain).map(|form| (form, false)).ok_or_else(|| not_acceptable(&ALL_TYPES))
}

/// Whether JSON is to be indented although the client did not say so in `Accept`: `pretty` in the query decides, else a person's tool as
/// the user agent.
#[must_use]
pub fn wants_pretty(query: &Query, user_agent: &str) -> bool {
    match query.get("pretty").filter(|value| !value.is_empty()) {
        Some(value) => matches!(value, "1" | "t" | "T" | "TRUE" | "true" | "True"),
        None => ["curl", "Wget", "Mozilla/5.0"].iter().any(|tool| user_agent.starts_with(tool)),
    }
}

/// A clause that asks for no transform.
fn is_plain(clause: &Clause<'_>) -> bool {
    ["as", "g", "v"].iter().all(|name| clause.param(name).is_none())
        && clause.param("stream").is_none_or(str::is_empty)
        && clause.param("sv").is_none_or(|version| matches!(version, "" | "v1"))
}

/// The form by which a clause can be met in this encoding, and whether it asks for the metadata of a list.
fn form(clause: &Clause<'_>, encoding: Encoding, protobuf: bool) -> Option<(Form, bool)> {
    // Only a stream can be asked for as a stream, and there is none in YAML.
    let stream = clause.param("stream").unwrap_or_default();
    if !stream.is_empty() && (stream != "watch" || encoding == Encoding::Yaml) {
        return None;
    }
    if clause.param("sv").is_some_and(|version| !matches!(version, "" | "v1")) {
        return None;
    }
    let plain = Form { pretty: clause.param("pretty") == Some("1"), ..Form::plain(encoding) };
    let [kind, group, version] = ["as", "g", "v"].map(|name| clause.param(name));
    if kind.is_none() && group.is_none() && version.is_none() {
        return (protobuf || encoding != Encoding::Protobuf).then_some((plain, false));
    }
    let meta_version = match version? {
        "v1" => "v1",
        "v1beta1" => "v1beta1",
        _ => return None,
    };
    let form = Form { meta_version, ..plain };
    match (group?, kind?) {
        ("meta.k8s.io", "Table") if encoding != Encoding::Protobuf => {
            Some((Form { transform: Transform::Table, ..form }, false))
        }
        ("meta.k8s.io", kind @ ("PartialObjectMetadata" | "PartialObjectMetadataList")) => {
            Some((Form { transform: Transform::Partial, ..form }, kind == "PartialObjectMetadataList"))
        }
        _ => None,
    }
}

fn router(accept: &str, produced: &[&str]) -> Result<(), Status> {
    if passes_router(accept, produced) {
        return Ok(());
    }
    let text = format!("406: Not Acceptable\n\nAvailable representations: {}", produced.join(", "));
    Err(Status::from_response(406, "", None, "", &text, 0, false))
}

fn not_acceptable(types: &[&str]) -> Status {
    let message = format!("only the following media types are accepted: {}", types.join(", "));
    Status::failure(Reason::NotAcceptable, message)
}

/// The metadata of one object was asked for where there is a list, or the other way round.
fn wrong_partial(list: bool, offer: Offer<'_>) -> Status {
    let resource = offer.resource;
    let go_type = match (resource.is_custom(), offer.shown) {
        (true, Shown::List) => "*unstructured.UnstructuredList".to_owned(),
        (true, _) => "*unstructured.Unstructured".to_owned(),
        (false, Shown::List) => format!("*{}.{}", crate::canonical::go_package(&resource.kind), resource.list_kind),
        (false, _) => format!("*{}.{}", crate::canonical::go_package(&resource.kind), resource.kind.kind()),
    };
    let message = if list {
        format!("you requested PartialObjectMetadataList, but the requested object is not a list ({go_type})")
    } else {
        format!("you requested PartialObjectMetadata, but the requested object is a list ({go_type})")
    };
    Status::failure(Reason::NotAcceptable, message)
}
