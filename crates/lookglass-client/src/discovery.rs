//! What a server serves: [`Discovery`].

mod aggregated;
mod apis;
mod ask;
mod builder;
mod failure;
mod legacy;
mod openapi;
mod parse;
mod resource;
mod share;
mod side_by_side;
#[cfg(test)]
pub(crate) mod tests;
mod version;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use lookglass_object::{Encoding, GroupVersion, Gvr};
use parking_lot::Mutex;
use tokio::{sync::MutexGuard, time::Instant};

use crate::{Client, Error};
use ask::{Answer, Pages};
use openapi::Documents;
use share::again;

pub use apis::{ApiGroup, ApiVersion, Apis};
pub use builder::DiscoveryBuilder;
pub use failure::Failure;
pub use openapi::{OpenApiDocument, OpenApiIndex};
pub use resource::{ApiResource, Scope, Subresource};
pub use version::ServerVersion;

/// What a server serves: groups, versions, resources, and the documents that describe them. It remembers what it learned.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use lookglass_client::Discovery;
///
/// let discovery = Discovery::new(&client);
/// let apis = discovery.apis().await?;
/// for resource in apis.preferred().filter(|resource| resource.supports(&["list", "watch"])) {
///     println!("{} {} {:?}", resource.gvr.group_resource(), resource.gvk.kind(), resource.short_names);
/// }
/// for failure in apis.failures() {
///     println!("not known: {failure}");
/// }
/// # Ok(())
/// # }
/// ```
///
/// # For people who come from client-go
///
/// | client-go | here |
/// | --- | --- |
/// | `ServerGroups` | [`apis`](Self::apis), [`Apis::groups`] |
/// | `ServerGroupsAndResources` | [`Apis::groups`], [`Apis::resources`], [`Apis::failures`] |
/// | `ServerPreferredResources`, `...Namespaced...` | [`Apis::preferred`], [`Apis::preferred_namespaced`] |
/// | `ServerResourcesForGroupVersion` | [`Apis::version`] |
/// | `FilteredBy(SupportsAllVerbs{..})` | [`ApiResource::supports`] |
/// | `IsResourceEnabled` | [`is_enabled`](Self::is_enabled) |
/// | `ServerVersion`, `OpenAPIV3`, `OpenAPISchema` | [`version`](Self::version), [`openapi_v3`](Self::openapi_v3), [`openapi_v2`](Self::openapi_v2) |
/// | `memory.NewMemCacheClient`, `Fresh`, `Invalidate` | this type, [`is_fresh`](Self::is_fresh), [`invalidate`](Self::invalidate), [`refresh`](Self::refresh) |
///
/// # How the server is asked
///
/// For all of it in two requests (aggregated discovery), since Kubernetes 1.26. Older servers, and those that serve a part of it only, are asked for each version of
/// each group, several at a time. A group version of which nothing can be learned stands in [`Apis::failures`], and the rest is whole. Only when there is no
/// list of groups at all is it an error.
///
/// # What is remembered, and how long
///
/// The first use asks, however many come at once; later ones cost a short lock and no request. After [`invalidate`](Self::invalidate) the next use asks again, and
/// [`refresh`](Self::refresh) asks now; a server that knows `ETag`s then answers "nothing new" in a few bytes. No error is remembered. What failed in part is asked for
/// again by the first use after [some time](DiscoveryBuilder::retry_failures_after); the others meanwhile go on with the rest.
///
/// Clones share what they remember.
#[derive(Clone)]
pub struct Discovery {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    retry_failures_after: Duration,
    concurrency: usize,
    /// Numbers what happens, so that it can be said which question was asked after which event. Only compared; it publishes nothing.
    ticket: AtomicU64,
    known: Mutex<Known>,
    /// Whoever holds it asks the server; the others wait for the answer.
    asking: tokio::sync::Mutex<Asking>,
    documents: Documents,
}

/// What was learned last. Reading it never waits for the server.
#[derive(Default)]
struct Known {
    apis: Option<Apis>,
    /// When it was asked for.
    asked: u64,
    /// What was asked before counts no more.
    invalid_before: u64,
    /// When the server was last asked, whatever came of it.
    tried: Option<Instant>,
}

#[derive(Default)]
struct Asking {
    pages: Pages,
    /// The last question's failure, and when it failed: for those who waited for it.
    failed: Option<(u64, Arc<Error>)>,
}

impl Discovery {
    /// Of the server that this client talks to, with the defaults of [`builder`](Self::builder). It asks nothing yet.
    #[must_use]
    pub fn new(client: &Client) -> Self {
        Self::builder(client).build()
    }

    /// With settings of one's own. Defaults:
    ///
    /// * [`retry_failures_after`](DiscoveryBuilder::retry_failures_after): 10 seconds;
    /// * [`concurrency`](DiscoveryBuilder::concurrency): 16.
    #[must_use]
    pub fn builder(client: &Client) -> DiscoveryBuilder {
        DiscoveryBuilder::new(client.clone())
    }

    /// All that the server serves: from memory, or by asking if that has nothing valid.
    ///
    /// # Errors
    ///
    /// The server has to be asked, and gives no list of its groups. What fails in part is no error but stands in [`Apis::failures`].
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost. If the one that asks is dropped, another that waits asks again.
    pub async fn apis(&self) -> Result<Apis, Error> {
        let (usable, since) = {
            let known = self.shared.known.lock();
            match known.usable() {
                Some(apis) if !self.is_retry_due(apis, &known) => return Ok(apis.clone()),
                Some(apis) => (Some(apis.clone()), known.asked),
                None => (None, known.invalid_before),
            }
        };
        let Some(usable) = usable else { return self.asked_since(since).await };
        // Whoever comes while the failures are asked for again, and if that fails, has what is as good as it was.
        let Ok(asking) = self.shared.asking.try_lock() else { return Ok(usable) };
        Ok(self.ask(asking, since, true).await.unwrap_or(usable))
    }

    /// Asks the server, and gives what it says now: nothing in it was asked for before this call. Those who call at the same time share one answer.
    ///
    /// # Errors
    ///
    /// As for [`apis`](Self::apis). What was remembered stays.
    ///
    /// # Cancel safety
    ///
    /// As for [`apis`](Self::apis).
    pub async fn refresh(&self) -> Result<Apis, Error> {
        self.asked_since(self.mark()).await
    }

    /// This moment, for [`asked_since`](Self::asked_since).
    pub(crate) fn mark(&self) -> u64 {
        self.shared.next_ticket()
    }

    /// What was asked for after this mark: somebody else's answer, if one comes while waiting for the right to ask.
    pub(crate) async fn asked_since(&self, mark: u64) -> Result<Apis, Error> {
        let arrived = self.mark();
        let asking = self.shared.asking.lock().await;
        match &asking.failed {
            Some((failed, error)) if *failed > arrived => Err(again(error)),
            _ => self.ask(asking, mark, false).await,
        }
    }

    /// What was learned last, without asking and whether it is still valid or not.
    #[must_use]
    pub fn remembered(&self) -> Option<Apis> {
        self.shared.known.lock().apis.clone()
    }

    /// Whether [`apis`](Self::apis) would answer from memory. A server that serves nothing at all is remembered like any other.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.shared.known.lock().usable().is_some()
    }

    /// Lets the next use ask the server again, also if a question is on its way.
    pub fn invalidate(&self) {
        let now = self.shared.next_ticket();
        self.shared.known.lock().invalid_before = now;
    }

    /// Whether the server serves a resource, by what is remembered: client-go's `IsResourceEnabled`.
    ///
    /// # Errors
    ///
    /// As for [`apis`](Self::apis); or it is not known, since the resource's version is one of the [failures](Apis::failures).
    ///
    /// # Cancel safety
    ///
    /// As for [`apis`](Self::apis).
    pub async fn is_enabled(&self, resource: &Gvr) -> Result<bool, Error> {
        let apis = self.apis().await?;
        match apis.failure(resource.group_version()) {
            Some(Failure::Unanswered { error, .. }) => Err(again(error)),
            Some(stale) => {
                Err(Error::Request { what: format!("look for {}", resource.group_resource()), why: stale.to_string() })
            }
            None => Ok(apis.resource(resource).is_some()),
        }
    }

    /// Which Kubernetes the server says that it is. Asked each time.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers, or with something else.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn version(&self) -> Result<ServerVersion, Error> {
        version::fetch(&self.shared.client).await
    }

    /// Which documents of OpenAPI v3 there are. Asked each time; it is small.
    ///
    /// # Errors
    ///
    /// As for [`version`](Self::version). Servers before Kubernetes 1.23 have none: then it is *not found*.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn openapi_v3(&self) -> Result<OpenApiIndex, Error> {
        openapi::index(&self.shared.client).await
    }

    /// The document of one version of a group in OpenAPI v3. One that was had before is not sent again unless it changed; it stays in memory until
    /// [`forget_documents`](Self::forget_documents).
    ///
    /// # Errors
    ///
    /// As for [`openapi_v3`](Self::openapi_v3); or there is none of this version.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn openapi_v3_document(&self, group_version: &GroupVersion) -> Result<OpenApiDocument, Error> {
        let index = self.openapi_v3().await?;
        self.shared.documents.fetch(&self.shared.client, &index, &openapi::path_of(group_version)).await
    }

    /// The one document of OpenAPI v2, as it comes: megabytes. Only tools that have no other way want it.
    ///
    /// # Errors
    ///
    /// As for [`version`](Self::version).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn openapi_v2(&self, encoding: Encoding) -> Result<Bytes, Error> {
        openapi::v2(&self.shared.client, encoding).await
    }

    /// Frees the memory of the documents of OpenAPI v3.
    pub fn forget_documents(&self) {
        self.shared.documents.forget();
    }

    /// The client that asks.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.shared.client
    }

    /// Whether what failed in part is due to be asked for again.
    fn is_retry_due(&self, apis: &Apis, known: &Known) -> bool {
        let waited = known.tried.is_none_or(|tried| tried.elapsed() >= self.shared.retry_failures_after);
        waited && !apis.failures().is_empty()
    }

    /// Asks, unless somebody has asked since.
    async fn ask(&self, mut asking: MutexGuard<'_, Asking>, since: u64, failures_only: bool) -> Result<Apis, Error> {
        let shared = &*self.shared;
        let remembered = {
            let known = shared.known.lock();
            if let Some(apis) = known.apis.as_ref().filter(|_| known.asked > since) {
                return Ok(apis.clone());
            }
            known.apis.clone()
        };
        let (asked, asked_at) = (shared.next_ticket(), Instant::now());
        let contents = remembered.as_ref().map(|apis| &apis.contents);
        let answer = ask::ask(&shared.client, shared.concurrency, &mut asking.pages, contents, failures_only).await;
        let mut known = shared.known.lock();
        known.tried = Some(Instant::now());
        match answer {
            Ok(Answer { contents, is_whole }) => {
                // Of what was asked for in part some is as old as before.
                let asked_at = remembered.filter(|_| !is_whole).map_or(asked_at, |apis| apis.asked_at());
                let apis = Apis::new(contents, asked_at);
                known.apis = Some(apis.clone());
                if is_whole {
                    known.asked = asked;
                }
                asking.failed = None;
                Ok(apis)
            }
            Err(error) => {
                let error = Arc::new(error);
                asking.failed = Some((shared.next_ticket(), Arc::clone(&error)));
                Err(again(&error))
            }
        }
    }
}

impl Shared {
    fn next_ticket(&self) -> u64 {
        // 0 is before all of them.
        self.ticket.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Known {
    fn usable(&self) -> Option<&Apis> {
        self.apis.as_ref().filter(|_| self.asked > self.invalid_before)
    }
}

impl fmt::Debug for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Discovery").field("remembered", &self.remembered()).finish_non_exhaustive()
    }
}
