//! The options of lists and of single reads.

use lookglass_object::{FieldRequirement, FieldSelector, Quoted, Selector, Status};

use super::{
    Call, Query,
    decode::{flag, number, unwrapped, version},
    invalid::Problems,
    path::segment_problem,
};
use crate::{
    Resource,
    body::go_text,
    params::{Continue, ListParams, ListVersion},
};

/// Reads the options of a list, or of the selection of a collection's deletion.
///
/// | `resourceVersion` | `resourceVersionMatch` | means |
/// | --- | --- | --- |
/// | none | none | [`ListVersion::Latest`] |
/// | `0` | none, `NotOlderThan` | [`ListVersion::Any`]; `limit` is ignored |
/// | other | none | [`ListVersion::NotOlderThan`]; with a `limit` [`ListVersion::Exact`], as it was before there was a match |
/// | other | `NotOlderThan`, `Exact` | what they say |
///
/// # Errors
///
/// 400 for what cannot be read (numbers, selectors, fields that the resource does not select by, tokens), 422 for what does not go
/// together.
pub fn list_params(query: &Query, call: &Call) -> Result<ListParams, Status> {
    let common = Common::read(query)?;
    let mut problems = Problems::default();
    let matched = query.get("resourceVersionMatch").unwrap_or_default();
    let asked = query.get("resourceVersion").unwrap_or_default();
    if !matched.is_empty() {
        const FIELD: &str = "resourceVersionMatch";
        if asked.is_empty() {
            problems.forbidden(FIELD, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if !common.token.is_empty() {
            problems.forbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided");
        }
        if !matches!(matched, EXACT | NOT_OLDER_THAN) {
            problems.not_supported(FIELD, &go_text(matched), &[EXACT, NOT_OLDER_THAN, ""]);
        }
        if matched == EXACT && asked == "0" {
            problems.forbidden(FIELD, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }
    if common.initial_events.is_some() {
        problems.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
    }
    problems.settle("ListOptions")?;
    allow_fields(&common.fields, &call.target.resource)?;

    let mut limit = common.limit;
    if !common.token.is_empty() {
        let continuation = Continue::decode(common.token)?;
        if !matches!(asked, "" | "0") {
            return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
        }
        let (labels, fields) = (common.labels, common.fields);
        // Whoever takes any version gets all that follows, as he gets all from the beginning.
        limit = limit.filter(|_| asked != "0");
        return Ok(ListParams { labels, fields, limit, continuation: Some(continuation), ..ListParams::default() });
    }
    let asked = version(query).map_err(|text| Status::bad_request(format!("invalid resource version: {text}")))?;
    let version = match (asked, matched) {
        (None, _) => ListVersion::Latest,
        (Some(0), _) => ListVersion::Any,
        (Some(version), EXACT) => ListVersion::Exact(version),
        // One object by its name is not paged, so the limit says nothing about it.
        (Some(version), "") if limit.is_some() && !names_one(&common.fields, call) => ListVersion::Exact(version),
        (Some(version), _) => ListVersion::NotOlderThan(version),
    };
    if version == ListVersion::Any {
        limit = None;
    }
    Ok(ListParams { labels: common.labels, fields: common.fields, version, limit, continuation: None })
}

/// Reads the options of a `GET` of one object: how old it may be.
///
/// # Errors
///
/// 500 for a version that is no number, as the real server does it; 400 for the `export` of old.
pub fn get_version(query: &Query) -> Result<ListVersion, Status> {
    if flag(query, "export") == Some(true) {
        return Err(Status::bad_request("the export parameter, deprecated since v1.14, is no longer supported"));
    }
    Ok(match version(query).map_err(unwrapped)? {
        None => ListVersion::Latest,
        Some(0) => ListVersion::Any,
        Some(version) => ListVersion::NotOlderThan(version),
    })
}

pub(super) const EXACT: &str = "Exact";
pub(super) const NOT_OLDER_THAN: &str = "NotOlderThan";

/// The options that lists and watches share, read in the order in which the real server reads and refuses them.
pub(super) struct Common<'q> {
    pub(super) labels: Selector,
    pub(super) fields: FieldSelector,
    pub(super) timeout_seconds: Option<i64>,
    pub(super) limit: Option<usize>,
    pub(super) token: &'q str,
    pub(super) initial_events: Option<bool>,
}

impl<'q> Common<'q> {
    pub(super) fn read(query: &'q Query) -> Result<Self, Status> {
        let timeout_seconds = number(query, "timeoutSeconds")?;
        // Neither none nor a negative one is a limit.
        let limit = number(query, "limit")?.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit > 0);
        let bad = |error: &dyn std::fmt::Display| Status::bad_request(error.to_string());
        let labels = query.get("labelSelector").unwrap_or_default().parse().map_err(|error| bad(&error))?;
        let fields = query.get("fieldSelector").unwrap_or_default().parse().map_err(|error| bad(&error))?;
        let token = query.get("continue").unwrap_or_default();
        let initial_events = flag(query, "sendInitialEvents");
        Ok(Self { labels, fields, timeout_seconds, limit, token, initial_events })
    }
}

/// Refuses a selector that names a field by which the resource does not select.
pub(super) fn allow_fields(selector: &FieldSelector, resource: &Resource) -> Result<(), Status> {
    // Resources without fields of their own have the two of all, whatever their scope.
    let plain = resource.field_selectors.iter().all(|field| matches!(&**field, "metadata.name" | "metadata.namespace"));
    let known = |requirement: &&FieldRequirement| {
        let field = requirement.field();
        let of_all = matches!(field, "metadata.name" | "metadata.namespace") && plain && !resource.is_custom();
        of_all || field == "metadata.name" || resource.field_selectors.iter().any(|known| known == field)
    };
    let Some(unknown) = selector.requirements().iter().find(|requirement| !known(requirement)) else { return Ok(()) };
    let field = unknown.field();
    let message = match (resource.gvr.group(), resource.gvr.resource()) {
        _ if resource.is_custom() => format!("field label not supported: {field}"),
        _ if plain => {
            format!("{} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"", Quoted(field))
        }
        ("batch", "jobs") => format!("field label {} not supported for batchv1.Job", Quoted(field)),
        ("resource.k8s.io", _) => format!("field label not supported for {}: {field}", resource.kind),
        _ => format!("field label not supported: {field}"),
    };
    Err(Status::bad_request(message))
}

/// Whether the selector names one object of the collection.
fn names_one(selector: &FieldSelector, call: &Call) -> bool {
    let target = &call.target;
    let has_namespace = !target.resource.is_namespaced()
        || target.namespace.is_some()
        || selector.requires_exact_match("metadata.namespace").is_some_and(|namespace| !namespace.is_empty());
    let named = selector.requires_exact_match("metadata.name");
    has_namespace && named.is_some_and(|name| !name.is_empty() && segment_problem(name).is_none())
}
