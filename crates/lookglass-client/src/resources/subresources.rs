//! What stands below objects: [`Subresources`].

use std::fmt;

use http::Method;
use lookglass_object::{Dynamic, Encoding, Object};
use serde_json::Value;

use super::{
    Patch,
    core::{Call, Core, Reply},
};
use crate::{
    Answer, Error,
    list_watch::request::{self, Asked},
};

/// What stands below the objects of a resource under a name of its own, such as `scale`; from [`Resources::subresource`](super::Resources::subresource).
///
/// What it is may be of any kind, so it is read and written as a tree; [`Object::typed_as`] makes it a type.
///
/// ```no_run
/// # async fn example(deployments: lookglass_client::Resources<lookglass_object::Dynamic>) -> Result<(), Box<dyn std::error::Error>> {
/// use k8s_openapi::api::autoscaling::v1::Scale;
///
/// let scale = deployments.subresource("scale").get("web").await?.typed_as::<Scale>()?;
/// println!("{:?}", scale.spec);
/// # Ok(())
/// # }
/// ```
///
/// # Cancel safety
///
/// As for [`Resources`](super::Resources).
#[derive(Clone)]
pub struct Subresources {
    core: Core,
    name: String,
}

impl Subresources {
    pub(super) fn new(core: &Core, name: &str) -> Self {
        Self { core: core.clone(), name: name.to_owned() }
    }

    /// Reads it.
    ///
    /// # Errors
    ///
    /// The server refuses, nobody answers, or what stands there is no object.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn get(&self, name: &str) -> Result<Object<Dynamic>, Error> {
        self.answer(self.call(Method::GET, "get", name)).await?.object()
    }

    /// Replaces it.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get); a conflict if it was changed since it was read.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update(&self, name: &str, tree: &Value) -> Result<Object<Dynamic>, Error> {
        self.answer(self.written(Method::PUT, "update", name, tree)).await?.object()
    }

    /// Changes it.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn patch(&self, name: &str, patch: &Patch) -> Result<Object<Dynamic>, Error> {
        self.answer(self.core.patch_call(name, &[&self.name], patch)).await?.object()
    }

    /// Sends something to it. The answer may well be no object, but only consent.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn create(&self, name: &str, tree: &Value) -> Result<Answer, Error> {
        self.answer(self.written(Method::POST, "create", name, tree)).await
    }

    fn call(&self, method: Method, verb: &str, name: &str) -> Call {
        self.core.named(method, verb, name, &[&self.name])
    }

    fn written(&self, method: Method, verb: &str, name: &str, tree: &Value) -> Call {
        let call = self.call(method, verb, name).body("application/json", tree.to_string().into());
        call.query(|query| self.core.options.query(query))
    }

    /// In JSON, in which every kind is.
    pub(super) fn answer(&self, call: Call) -> Reply<Answer> {
        let client = self.core.client.clone();
        let (what, request) = call.accept(request::accept(Encoding::Json, false, Asked::Object)).request();
        Box::pin(async move {
            let response = client.fetch(&what, request?).await?;
            Ok(Answer::new(what, response))
        })
    }
}

impl fmt::Debug for Subresources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subresources")
            .field("resource", &self.core.gvr)
            .field("subresource", &self.name)
            .finish_non_exhaustive()
    }
}
