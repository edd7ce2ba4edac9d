//! The options of watches.

use std::time::Duration;

use lookglass_object::Status;

use super::{
    Call, Query,
    decode::{flag, unwrapped, version},
    invalid::Problems,
    list::{Common, NOT_OLDER_THAN, allow_fields},
};
use crate::{
    body::go_text,
    params::{ListVersion, WatchParams, WatchStart},
};

/// Reads the options of a watch.
///
/// | `resourceVersion` | `sendInitialEvents` | means |
/// | --- | --- | --- |
/// | none | none, yes | [`WatchStart::State`] of [`ListVersion::Latest`] |
/// | `0` | none, yes | [`WatchStart::State`] of [`ListVersion::Any`] |
/// | other | none | [`WatchStart::After`] |
/// | other | yes | [`WatchStart::State`] of [`ListVersion::NotOlderThan`] |
/// | none, `0` | no | [`WatchStart::Now`] |
/// | other | no | [`WatchStart::After`] |
///
/// The end of the state is marked if the client takes bookmarks, also where it did not ask for initial events; only the deprecated
/// paths with `/watch/` in them never mark it.
///
/// # Errors
///
/// 400 for what cannot be read, 422 for what does not go together, 500 for a version that is no number.
pub fn watch_params(query: &Query, call: &Call) -> Result<WatchParams, Status> {
    let common = Common::read(query)?;
    let matched = query.get("resourceVersionMatch").unwrap_or_default();
    let asked = query.get("resourceVersion").unwrap_or_default();
    check(query, call, &common, matched, asked)?;
    allow_fields(&common.fields, &call.target.resource)?;
    let mut fields = common.fields;
    if let Some(name) = &call.watched_name {
        if fields.is_empty() {
            fields = fields.eq("metadata.name", name);
        } else if fields.requires_exact_match("metadata.name") != Some(name) {
            return Err(Status::bad_request("fieldSelector metadata.name doesn't match requested name"));
        }
    }
    let bookmarks = flag(query, "allowWatchBookmarks").unwrap_or_default();
    let version = version(query).map_err(unwrapped)?;
    let state = |version| WatchStart::State { version, end_mark: bookmarks && !call.legacy_watch };
    let start = match (version, common.initial_events) {
        (None, None | Some(true)) => state(ListVersion::Latest),
        (Some(0), None | Some(true)) => state(ListVersion::Any),
        (Some(version), Some(true)) => state(ListVersion::NotOlderThan(version)),
        (None | Some(0), Some(false)) => WatchStart::Now,
        (Some(version), None | Some(false)) => WatchStart::After(version),
    };
    let timeout = match common.timeout_seconds {
        None | Some(0) => None,
        // A time that has passed ends the watch at once.
        Some(seconds) => Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default())),
    };
    Ok(WatchParams { labels: common.labels, fields, start, bookmarks, timeout })
}

fn check(query: &Query, call: &Call, common: &Common<'_>, matched: &str, asked: &str) -> Result<(), Status> {
    let mut problems = Problems::default();
    const FIELD: &str = "resourceVersionMatch";
    if call.legacy_watch && !flag(query, "watch").unwrap_or_default() {
        // These paths are validated as the lists that their queries look like.
        if !matched.is_empty() && asked.is_empty() {
            problems.forbidden(FIELD, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if common.initial_events.is_some() {
            problems.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list");
        }
        return problems.settle("ListOptions");
    }
    if common.initial_events.is_some() && matched != NOT_OLDER_THAN {
        problems.forbidden(FIELD, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if !matched.is_empty() {
        if common.initial_events.is_none() {
            problems
                .forbidden(FIELD, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        if matched != NOT_OLDER_THAN {
            problems.not_supported(FIELD, &go_text(matched), &[NOT_OLDER_THAN]);
        }
        if !common.token.is_empty() {
            problems.forbidden(FIELD, "resourceVersionMatch is forbidden when continue is provided");
        }
    }
    problems.settle("ListOptions")
}
