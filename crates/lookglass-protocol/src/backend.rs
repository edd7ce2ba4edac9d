//! What a server is made over: [`Backend`].

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use lookglass_object::Status;

use crate::{
    Caller, Catalog, Change, Stored, Target,
    params::{Continue, DeleteParams, ListParams, ListVersion, WatchParams, WriteParams},
};

/// A source of objects that can be served: the embedded API server, the mirror, or yours.
///
/// # Contract
///
/// - Every object and list has a version; versions are one strictly growing sequence over all resources.
/// - A list in a version is that whole state; pages of one list are of one state.
/// - A watch tells of every change after its start, in the order of versions, none twice, or it ends.
/// - Errors are what the client is told: a [`Status`] with the reason that clients act on.
/// - What a request's parameters say has been validated; a target's resource comes from [`catalog`](Self::catalog), its subresource exists, its verb
///   is one that the resource has.
///
/// # Cancel safety
///
/// A future that is dropped has either done its work or nothing: a client that goes away leaves no half write.
pub trait Backend: Send + Sync + 'static {
    /// The watches of this backend.
    type Watcher: Watcher;

    /// What is served now. Called for each request, so it should count a reference and no more.
    fn catalog(&self) -> Arc<Catalog>;

    /// One object.
    ///
    /// # Errors
    ///
    /// It does not exist; the version asked for lies ahead.
    fn get(&self, request: GetRequest) -> impl Future<Output = Result<Stored, Status>> + Send;

    /// A list or a page of one.
    ///
    /// # Errors
    ///
    /// The version asked for is too old or lies ahead.
    fn list(&self, request: ListRequest) -> impl Future<Output = Result<Page, Status>> + Send;

    /// A watch.
    ///
    /// # Errors
    ///
    /// None that the client would see as anything but a refusal with this status. A version that is too old is not one: the real server
    /// begins to answer and says it in a frame ([`WatchItem::Failed`]).
    fn watch(&self, request: WatchRequest) -> impl Future<Output = Result<Self::Watcher, Status>> + Send;

    /// A write. A read-only backend answers with [`Status::method_not_supported`].
    ///
    /// # Errors
    ///
    /// Whatever the write breaks.
    fn write(&self, request: WriteRequest) -> impl Future<Output = Result<Answer, Status>> + Send;
}

/// One watch.
pub trait Watcher: Send + 'static {
    /// The next thing to tell; `None` when the watch is over, be it that its reader was too slow.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WatchItem>>;

    /// Up to which version everything that matches has been handed out: what a bookmark may say now. Never less than before; 0 while the
    /// initial state is incomplete.
    fn progress(&self) -> u64;
}

/// What a watch hands out.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "whoever frames a watch must handle each")]
pub enum WatchItem {
    /// A change.
    Change(Change),
    /// The initial state is complete; it is that of this version.
    Complete(u64),
    /// The watch cannot go on; it ends after this.
    Failed(Status),
}

/// Asks for an object.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GetRequest {
    /// Who asks.
    pub caller: Caller,
    /// What is asked for: an object, or a subresource of one.
    pub target: Target,
    /// How old it may be; never [`ListVersion::Exact`].
    pub version: ListVersion,
}

impl GetRequest {
    /// From its parts.
    #[must_use]
    pub fn new(caller: Caller, target: Target, version: ListVersion) -> Self {
        Self { caller, target, version }
    }
}

/// Asks for a list.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListRequest {
    /// Who asks.
    pub caller: Caller,
    /// What is asked for: a collection.
    pub target: Target,
    /// The options.
    pub params: ListParams,
}

impl ListRequest {
    /// From its parts.
    #[must_use]
    pub fn new(caller: Caller, target: Target, params: ListParams) -> Self {
        Self { caller, target, params }
    }
}

/// A list or a page of one.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Page {
    /// The objects, sorted by the bytes of `namespace/name`.
    pub items: Vec<Stored>,
    /// The version of the list.
    pub version: u64,
    /// Where the next page begins; `None` for the last one.
    pub next: Option<Continue>,
    /// How many items follow, where that is known and the list has no selectors.
    pub remaining: Option<usize>,
}

impl Page {
    /// A whole list.
    #[must_use]
    pub fn whole(items: Vec<Stored>, version: u64) -> Self {
        Self { items, version, next: None, remaining: None }
    }
}

/// Asks for a watch.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WatchRequest {
    /// Who asks.
    pub caller: Caller,
    /// What is watched: a collection.
    pub target: Target,
    /// The options.
    pub params: WatchParams,
}

impl WatchRequest {
    /// From its parts.
    #[must_use]
    pub fn new(caller: Caller, target: Target, params: WatchParams) -> Self {
        Self { caller, target, params }
    }
}

/// Asks for a write.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WriteRequest {
    /// Who asks.
    pub caller: Caller,
    /// What is written: a collection, an object, or a subresource of one.
    pub target: Target,
    /// What is done.
    pub write: Write,
}

impl WriteRequest {
    /// From its parts.
    #[must_use]
    pub fn new(caller: Caller, target: Target, write: Write) -> Self {
        Self { caller, target, write }
    }
}

/// What a write does. Bodies are JSON by now, whatever the client sent, with `kind` and `apiVersion` in them as far as the client said them.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "whoever writes must handle each")]
#[expect(missing_docs, reason = "the fields are said at their types")]
pub enum Write {
    /// A new object.
    Create { body: Bytes, params: WriteParams },
    /// The whole object anew.
    Update { body: Bytes, params: WriteParams },
    /// A change to the object as it is.
    Patch { patch: Patch, params: WriteParams },
    /// The object's end.
    Delete { params: DeleteParams },
    /// The end of all objects of a collection that match.
    DeleteCollection { list: ListParams, params: DeleteParams },
}

/// A patch, as the client sent it; by its media type.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "the four patches of Kubernetes")]
pub enum Patch {
    /// `application/json-patch+json`.
    Json(Bytes),
    /// `application/merge-patch+json`.
    Merge(Bytes),
    /// `application/strategic-merge-patch+json`.
    Strategic(Bytes),
    /// `application/apply-patch+yaml`: YAML or JSON.
    Apply(Bytes),
}

/// The answer to a write.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The HTTP code: 200, 201 or 202.
    pub code: u16,
    /// What the client gets.
    pub content: Content,
    /// A `Warning` header each.
    pub warnings: Vec<String>,
}

impl Answer {
    /// An answer without warnings.
    #[must_use]
    pub fn new(code: u16, content: Content) -> Self {
        Self { code, content, warnings: Vec::new() }
    }

    /// The same with these warnings.
    #[must_use]
    pub fn with_warnings(mut self, warnings: impl IntoIterator<Item = String>) -> Self {
        self.warnings.extend(warnings);
        self
    }
}

/// What the answer to a write holds.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "whoever answers must handle each")]
pub enum Content {
    /// The object after the write, or before its deletion.
    Object(Stored),
    /// A list, of what a collection's deletion deleted.
    List(Page),
    /// That it is done.
    Done(Status),
}
