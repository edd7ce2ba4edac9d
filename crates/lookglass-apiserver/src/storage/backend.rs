//! The storage as what a server is made over: [`ApiBackend`].

use std::sync::Arc;

use lookglass_object::{Key, Status};
use lookglass_protocol::{
    Answer, Backend, Catalog, GetRequest, ListRequest, Page, Stored, Target, WatchRequest, WriteRequest,
    params::ListVersion,
};

use super::{Storage, Watch};
use crate::write::view;

/// What writes mean. The storage knows of versions only; metadata, preconditions and patches are another's.
pub trait Writes: Send + Sync + 'static {
    /// A write; see [`Backend::write`].
    ///
    /// # Errors
    ///
    /// Whatever the write breaks.
    fn write(&self, request: WriteRequest) -> impl Future<Output = Result<Answer, Status>> + Send;
}

/// A [`Storage`], read as it is and written through `W`.
#[derive(Debug)]
pub struct ApiBackend<W> {
    storage: Storage,
    catalog: Arc<Catalog>,
    writes: W,
}

impl<W> ApiBackend<W> {
    /// A backend that serves the resources of `catalog` from `storage`.
    #[must_use]
    pub fn new(storage: Storage, catalog: Arc<Catalog>, writes: W) -> Self {
        Self { storage, catalog, writes }
    }

    /// The storage.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// What writes mean.
    #[must_use]
    pub fn writes(&self) -> &W {
        &self.writes
    }
}

impl<W: Writes> Backend for ApiBackend<W> {
    type Watcher = Watch;

    fn catalog(&self) -> Arc<Catalog> {
        self.catalog.clone()
    }

    async fn get(&self, request: GetRequest) -> Result<Stored, Status> {
        if let ListVersion::NotOlderThan(version) | ListVersion::Exact(version) = request.version {
            self.storage.reach(version).await?;
        }
        let Target { resource, namespace, name, .. } = &request.target;
        let name = name.as_deref().unwrap_or_default();
        let key = Key::new(namespace.as_deref().unwrap_or_default(), name);
        let object = self.storage.get(&resource.gvr, &key).ok_or_else(|| Status::not_found(&resource.gvr, name))?;
        view(&request.target, object)
    }

    async fn list(&self, request: ListRequest) -> Result<Page, Status> {
        self.storage.list(&request.target, &request.params).await
    }

    async fn watch(&self, request: WatchRequest) -> Result<Watch, Status> {
        Ok(self.storage.watch(&request.target, &request.params).await)
    }

    async fn write(&self, request: WriteRequest) -> Result<Answer, Status> {
        self.writes.write(request).await
    }
}
