//! The options of requests after their validation: what is left is what a backend has to decide.
//!
//! `resourceVersion`, `resourceVersionMatch`, `limit`, `continue` and `sendInitialEvents` make a matrix of legal and illegal combinations; the
//! parser settles it, with the real server's words for the illegal ones, and hands over one of the few cases below.

use std::time::Duration;

use lookglass_object::{FieldSelector, Selector};

/// Which state of a collection a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what resourceVersion and resourceVersionMatch can mean")]
pub enum ListVersion {
    /// The newest.
    Latest,
    /// Any that is at hand: `resourceVersion=0`.
    Any,
    /// This one or a newer one. One that lies ahead is waited for, then refused.
    NotOlderThan(u64),
    /// Exactly this one.
    Exact(u64),
}

/// Where a paged list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Continue {
    /// The version of the list's first page; `None` after it expired: the rest is then listed as it is now.
    pub version: Option<u64>,
    /// The first key of the page, relative to what is listed: the name in a namespace or in the cluster, `namespace/name` over all
    /// namespaces. It is the last key of the page before with a NUL behind it, so the page begins with the first key that is not less.
    pub start: String,
}

impl Continue {
    /// From its parts.
    #[must_use]
    pub fn new(version: Option<u64>, start: impl Into<String>) -> Self {
        Self { version, start: start.into() }
    }
}

/// The options of a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListParams {
    /// Objects must match this.
    pub labels: Selector,
    /// And this; only fields that the resource allows.
    pub fields: FieldSelector,
    /// Which state is asked for. Of no meaning with `continuation`.
    pub version: ListVersion,
    /// How many items at most; `None` for all.
    pub limit: Option<usize>,
    /// Where the page before ended.
    pub continuation: Option<Continue>,
}

impl Default for ListParams {
    fn default() -> Self {
        Self {
            labels: Selector::everything(),
            fields: FieldSelector::everything(),
            version: ListVersion::Latest,
            limit: None,
            continuation: None,
        }
    }
}

/// Where a watch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what resourceVersion and sendInitialEvents can mean")]
pub enum WatchStart {
    /// With every change after this version.
    After(u64),
    /// With the changes from now on.
    Now,
    /// With the state, each object as added; then, where `end_mark` says so, a mark that it is complete; then changes.
    State {
        /// How old the state may be; never [`ListVersion::Exact`].
        version: ListVersion,
        /// Whether the mark is wanted.
        end_mark: bool,
    },
}

/// The options of a watch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WatchParams {
    /// Objects must match this; one that begins or ceases to match is added or deleted.
    pub labels: Selector,
    /// And this.
    pub fields: FieldSelector,
    /// Where it begins.
    pub start: WatchStart,
    /// Whether the client takes bookmarks.
    pub bookmarks: bool,
    /// When the server ends it; `None` leaves that to the server.
    pub timeout: Option<Duration>,
}

impl Default for WatchParams {
    fn default() -> Self {
        Self {
            labels: Selector::everything(),
            fields: FieldSelector::everything(),
            start: WatchStart::Now,
            bookmarks: false,
            timeout: None,
        }
    }
}

/// What becomes of fields that the kind does not have, or that are written twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "the three values of fieldValidation")]
pub enum FieldValidation {
    /// They are dropped in silence.
    Ignore,
    /// They are dropped with a warning.
    #[default]
    Warn,
    /// The write is refused.
    Strict,
}

/// The options of a create, an update or a patch.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct WriteParams {
    /// Everything is done but the storing.
    pub dry_run: bool,
    /// Who writes; never empty: the default is the caller's user agent up to the first `/`.
    pub field_manager: String,
    /// What becomes of unknown and duplicate fields.
    pub field_validation: FieldValidation,
    /// Take fields from other managers; only for an apply.
    pub force: bool,
}

/// What becomes of an object's dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three values of propagationPolicy")]
pub enum Propagation {
    /// They stay, without the owner.
    Orphan,
    /// They go after the owner.
    Background,
    /// They go first.
    Foreground,
}

/// The options of a delete.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeleteParams {
    /// Everything is done but the deleting.
    pub dry_run: bool,
    /// How long the object may take to go.
    pub grace_period_seconds: Option<i64>,
    /// The object must have this uid.
    pub uid: Option<String>,
    /// The object must have this version.
    pub resource_version: Option<String>,
    /// What becomes of the dependents; `None` leaves it to the resource.
    pub propagation: Option<Propagation>,
}
