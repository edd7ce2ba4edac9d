//! What a write means: metadata, preconditions, patches, deletion.
//!
//! # Promises
//!
//! - A write that changes nothing leaves the version as it is, and no watch is told of it.
//! - A write sees one state of the object and takes effect on that state or not at all. A patch is done again on the newer state if another
//!   write came between, unless it says which version it is for.
//! - An object with finalizers does not go before they are gone; then it goes with the write that removes the last one.
//! - Namespaced objects are created in namespaces that exist and are not on their way out. What a deleted namespace holds goes before the
//!   answer is given, as far as finalizers and grace periods let it, and the namespace itself with the last of it.
//! - Answers, refusals and their words are those of a real API server of 1.36.
//!
//! # Not yet
//!
//! Strategic merge and apply patches are refused with 415, and so do built-in kinds keep the form they are sent in: fields that the client
//! left out have no defaults. Managed fields that a client sends are kept, but none are made. Dependents of deleted owners stay.
//!
//! # Cost
//!
//! Bodies become trees, trees become bytes once, outside every lock. A write takes the lock of its resource for the moment of the swap.

mod admission;
mod binding;
mod body;
mod create;
mod delete;
mod encode;
mod json_patch;
mod merge_patch;
mod namespaces;
mod patch;
mod review;
mod scale;
mod sources;
mod strategy;
mod traits;
mod tree;
mod update;
mod validate;

use std::{fmt, sync::Arc};

use jiff::Timestamp;
use lookglass_object::{Key, Reason, Status};
use lookglass_protocol::{
    Answer, Catalog, Resource, Stored, Target, Verb, Write, WriteRequest,
    params::{DeleteParams, ListParams},
};

use self::{sources::Sources, tree::Tree};
use crate::storage::{Storage, Writes};

/// Writes to a [`Storage`].
///
/// ```
/// use std::sync::Arc;
///
/// use lookglass_apiserver::{storage::Storage, write::Writer};
/// use lookglass_object::{Gvr, Key};
/// use lookglass_protocol::builtin;
///
/// let now = || "2026-11-21T02:46:31Z".parse().expect("a time");
/// let storage = Storage::default();
/// let writer = Writer::new(storage.clone(), builtin::catalog().clone(), Arc::new(now), 7);
/// writer.create_namespaces();
/// let default = storage.get(&Gvr::core("v1", "namespaces"), &Key::cluster_scoped("default"));
/// assert!(default.is_some());
/// ```
pub struct Writer {
    storage: Storage,
    catalog: Arc<Catalog>,
    sources: Sources,
    root_ca: String,
}

impl Writer {
    /// A writer of the resources of `catalog`. The same clock, the same seed and the same order of writes give the same objects.
    ///
    /// - The certificate authority that namespaces tell of: none; see [`with_root_ca`](Self::with_root_ca).
    #[must_use]
    pub fn new(
        storage: Storage,
        catalog: Arc<Catalog>,
        clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
        seed: u64,
    ) -> Self {
        Self { storage, catalog, sources: Sources::new(clock, seed), root_ca: String::new() }
    }

    /// With the certificate authority, in PEM, that each namespace's `kube-root-ca.crt` holds.
    #[must_use]
    pub fn with_root_ca(mut self, pem: impl Into<String>) -> Self {
        self.root_ca = pem.into();
        self
    }

    /// Creates the namespaces that every cluster has, where they are missing.
    pub fn create_namespaces(&self) {
        for name in namespaces::INITIAL {
            // One that exists stays as it is; nothing else can be wrong with these.
            let _exists_already = self.create_namespace(name);
        }
    }

    fn get(&self, resource: &Resource, key: &Key) -> Option<Stored> {
        self.storage.get(&resource.gvr, key)
    }
}

impl Writes for Writer {
    async fn write(&self, request: WriteRequest) -> Result<Answer, Status> {
        let WriteRequest { caller, target, write, .. } = request;
        let resource = &*target.resource;
        match (target.subresource.as_deref(), write) {
            (None, Write::Create { body, params }) => match review::answer(resource, &caller, &body, &params) {
                Some(answer) => answer,
                None if binding::is_binding(resource) => self.bind(&target, None, &body, &params),
                None => self.create(&target, &body, &params).await,
            },
            (None | Some("status" | "finalize"), Write::Update { body, params }) => {
                let answer = self.replace(&target, &body, &params)?;
                self.settle(&target, params.dry_run).await;
                Ok(answer)
            }
            (None | Some("status"), Write::Patch { patch, params }) => {
                let answer = self.patch(&target, patch, &params)?;
                self.settle(&target, params.dry_run).await;
                Ok(answer)
            }
            (None, Write::Delete { params }) => {
                let answer = self.delete(&target, &params)?;
                self.settle(&target, params.dry_run).await;
                Ok(answer)
            }
            (None, Write::DeleteCollection { list, params }) => self.delete_collection(&target, &list, &params).await,
            (Some("binding"), Write::Create { body, params }) => {
                self.bind(&target, target.name.as_deref(), &body, &params)
            }
            (Some("scale"), Write::Update { body, params }) => self.replace_scale(&target, &body, &params),
            (Some("scale"), Write::Patch { patch, params }) => self.patch_scale(&target, patch, &params),
            (subresource, _) => Err(not_here(resource, subresource.unwrap_or_default())),
        }
    }
}

impl Writer {
    async fn delete_collection(
        &self,
        target: &Target,
        list: &ListParams,
        params: &DeleteParams,
    ) -> Result<Answer, Status> {
        let page = self.storage.list(target, list).await?;
        for object in &page.items {
            let one = Target::object(target.resource.clone(), object.key().namespace(), object.key().name());
            match self.delete(&one, params) {
                // Somebody else was quicker.
                Err(status) if status.is_not_found() => {}
                outcome => {
                    outcome?;
                }
            }
        }
        self.settle(target, params.dry_run).await;
        Ok(Answer::new(200, lookglass_protocol::Content::List(page)))
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("storage", &self.storage).finish_non_exhaustive()
    }
}

/// What is read at a subresource of an object: the object itself where the subresource is of its kind, or its scale.
///
/// # Errors
///
/// There is nothing to read there yet.
pub fn view(target: &Target, object: Stored) -> Result<Stored, Status> {
    let resource = &target.resource;
    let Some(name) = target.subresource.as_deref() else { return Ok(object) };
    match resource.subresource(name) {
        Some(sub) if sub.kind.kind() == resource.kind.kind() && sub.verbs.contains(Verb::Update) => Ok(object),
        Some(_) if name == "scale" => scale::of(resource, &object),
        _ => Err(not_here(resource, name)),
    }
}

/// The tree of a stored object.
fn tree_of(object: &Stored) -> Result<Tree, Status> {
    serde_json::from_slice(&object.json()).map_err(Status::internal_error)
}

/// 501 for a part of a resource that this server does not have.
fn not_here(resource: &Resource, subresource: &str) -> Status {
    let message = format!("this server does not implement {}/{subresource}", resource.gvr.group_resource());
    Status::failure(Reason::Unknown, message).with_code(501)
}
