//! What is asked of a list or a watch.

use std::{fmt::Write as _, time::Duration};

use lookglass_object::{FieldSelector, ResourceVersion, Selector};

/// Which state a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "what the protocol can say")]
pub enum ListFrom {
    /// The newest, read through to the server's storage.
    #[default]
    Latest,
    /// Whatever the server has at hand: cheapest for it, and possibly older than what was seen before.
    Any,
    /// This version or a newer one.
    NotOlderThan(ResourceVersion),
    /// Exactly this version.
    Exact(ResourceVersion),
}

/// What is asked of a list. Defaults:
///
/// * [`labels`](Self::labels), [`fields`](Self::fields): everything;
/// * [`from`](Self::from): [`ListFrom::Latest`];
/// * [`page_size`](Self::page_size): 500, client-go's and kubectl's.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListOptions {
    /// Only objects with these labels.
    pub labels: Selector,
    /// Only objects with these fields.
    pub fields: FieldSelector,
    /// Which state; [`ListFrom::Latest`] by default.
    pub from: ListFrom,
    /// How many items a page has at most; 500 by default, client-go's and kubectl's. 0 asks for all in one.
    pub page_size: u32,
}

impl Default for ListOptions {
    fn default() -> Self {
        Self {
            labels: Selector::everything(),
            fields: FieldSelector::everything(),
            from: ListFrom::Latest,
            page_size: PAGE_SIZE,
        }
    }
}

const PAGE_SIZE: u32 = 500;

impl ListOptions {
    /// Only objects with these labels.
    #[must_use]
    pub fn labels(self, labels: Selector) -> Self {
        Self { labels, ..self }
    }

    /// Only objects with these fields.
    #[must_use]
    pub fn fields(self, fields: FieldSelector) -> Self {
        Self { fields, ..self }
    }

    /// Which state.
    #[must_use]
    pub fn from(self, from: ListFrom) -> Self {
        Self { from, ..self }
    }

    /// How many items a page has at most; 0 for all in one.
    #[must_use]
    pub fn page_size(self, page_size: u32) -> Self {
        Self { page_size, ..self }
    }

    /// The query of the first page, or of the one that a token leads to. A token fixes the version, so none is said then.
    pub(crate) fn query(&self, token: Option<&str>) -> String {
        let mut query = Query::default();
        query.selectors(&self.labels, &self.fields);
        if self.page_size > 0 {
            query.add("limit", &self.page_size.to_string());
        }
        match (token, &self.from) {
            (Some(token), _) => query.add("continue", token),
            (None, ListFrom::Latest) => {}
            (None, ListFrom::Any) => query.add("resourceVersion", "0"),
            (None, ListFrom::NotOlderThan(version)) => query.version(version, "NotOlderThan"),
            (None, ListFrom::Exact(version)) => query.version(version, "Exact"),
        }
        query.0
    }
}

/// Where a watch begins.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what the protocol can say")]
pub enum WatchFrom {
    /// With the changes after this version. A version that is [unset](ResourceVersion::unset) or [any](ResourceVersion::any) is none to begin after: the server first
    /// tells the state that it has, as for [`Any`](Self::Any).
    After(ResourceVersion),
    /// With the newest state, each object as added, then changes. A bookmark says that the state is complete: a streaming list.
    State,
    /// The same with a state that is not older than this version.
    StateNotOlderThan(ResourceVersion),
    /// As a watch without a version always did: with whatever state the server has, each object as added, then changes. The state comes in any order of versions, and
    /// nothing tells its end.
    Any,
}

impl WatchFrom {
    /// Whether a watch begins with a streaming list, of which a bookmark tells the end.
    pub(super) fn is_state(&self) -> bool {
        matches!(self, Self::State | Self::StateNotOlderThan(_))
    }
}

/// What is asked of a watch. Where it begins is said in any case. Defaults:
///
/// * [`labels`](Self::labels), [`fields`](Self::fields): everything;
/// * [`timeout`](Self::timeout): the server's own, 30 to 60 minutes;
/// * [`bookmarks`](Self::bookmarks): yes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WatchOptions {
    /// Only objects with these labels.
    pub labels: Selector,
    /// Only objects with these fields.
    pub fields: FieldSelector,
    /// Where it begins.
    pub from: WatchFrom,
    /// When the server is to end it; `None` leaves that to the server, which then takes 30 to 60 minutes.
    pub timeout: Option<Duration>,
    /// Whether bookmarks are wanted; they are by default.
    pub bookmarks: bool,
}

impl WatchOptions {
    /// A watch from somewhere, of everything, with bookmarks.
    #[must_use]
    pub fn new(from: WatchFrom) -> Self {
        Self {
            labels: Selector::everything(),
            fields: FieldSelector::everything(),
            from,
            timeout: None,
            bookmarks: true,
        }
    }

    /// A watch that goes on where a list or another watch ended.
    #[must_use]
    pub fn after(version: ResourceVersion) -> Self {
        Self::new(WatchFrom::After(version))
    }

    /// Only objects with these labels.
    #[must_use]
    pub fn labels(self, labels: Selector) -> Self {
        Self { labels, ..self }
    }

    /// Only objects with these fields.
    #[must_use]
    pub fn fields(self, fields: FieldSelector) -> Self {
        Self { fields, ..self }
    }

    /// When the server is to end it, in whole seconds.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Whether bookmarks are wanted.
    #[must_use]
    pub fn bookmarks(self, bookmarks: bool) -> Self {
        Self { bookmarks, ..self }
    }

    pub(super) fn query(&self) -> String {
        let mut query = Query::default();
        query.add("watch", "true");
        query.selectors(&self.labels, &self.fields);
        if self.bookmarks {
            query.add("allowWatchBookmarks", "true");
        }
        if let Some(timeout) = self.timeout {
            query.add("timeoutSeconds", &timeout.as_secs().max(1).to_string());
        }
        match &self.from {
            WatchFrom::After(version) => query.add("resourceVersion", &version.to_string()),
            WatchFrom::State => {
                query.add("sendInitialEvents", "true");
                query.add("resourceVersionMatch", "NotOlderThan");
            }
            WatchFrom::StateNotOlderThan(version) => {
                query.add("sendInitialEvents", "true");
                query.version(version, "NotOlderThan");
            }
            WatchFrom::Any => query.add("resourceVersion", "0"),
        }
        query.0
    }
}

/// A query, percent-encoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(pub(crate) String);

impl Query {
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        super::request::escape(value, &mut self.0);
    }

    fn version(&mut self, version: &ResourceVersion, matching: &str) {
        self.add("resourceVersion", &version.to_string());
        self.add("resourceVersionMatch", matching);
    }

    pub(crate) fn selectors(&mut self, labels: &Selector, fields: &FieldSelector) {
        let mut text = String::new();
        for (name, selector) in [("labelSelector", labels as &dyn std::fmt::Display), ("fieldSelector", fields)] {
            text.clear();
            // Writing to a string cannot fail.
            let _ = write!(text, "{selector}");
            if !text.is_empty() {
                self.add(name, &text);
            }
        }
    }
}
