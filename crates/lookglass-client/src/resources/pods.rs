//! What only pods can: logs, eviction, binding, resizing.

use bytes::Bytes;
use http::Method;
use k8s_openapi::api::core::v1::Pod;
use lookglass_object::Object;
use serde_json::json;

use super::{
    DeleteOptions, LogOptions, Logs, Resources,
    core::{Call, Core, Reply},
};
use crate::{Error, RestRequest};

impl Resources<Pod> {
    /// What the pod has written up to now. What is no text in it is replaced.
    ///
    /// # Errors
    ///
    /// The server refuses, such as when the pod has several containers and none is named; nobody answers; or the answer was cut off.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn logs(&self, name: &str, options: &LogOptions) -> Result<String, Error> {
        let bytes = self.core.log_bytes(name, options).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What the pod has written and goes on to write, line by line, until its container ends.
    ///
    /// # Errors
    ///
    /// As for [`logs`](Self::logs).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: it only reads.
    pub async fn follow_logs(&self, name: &str, options: &LogOptions) -> Result<Logs, Error> {
        self.core.follow_logs(name, options).await
    }

    /// Asks that the pod go, with heed to what its disruption budgets allow. [Too many requests](lookglass_object::Status::is_too_many_requests) is the answer when they do not at present.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn evict(&self, name: &str, options: &DeleteOptions) -> Result<(), Error> {
        // A dry run is said in the query.
        let eviction = json!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": self.core.metadata(name),
            "deleteOptions": options.body(false),
        });
        self.core.consent(name, "eviction", &eviction).await
    }

    /// Puts the pod on a node, which is what schedulers do.
    ///
    /// # Errors
    ///
    /// The server refuses, [with a conflict](lookglass_object::Status::is_conflict) when the pod has a node already; or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn bind(&self, name: &str, node: &str) -> Result<(), Error> {
        let binding = json!({
            "apiVersion": "v1", "kind": "Binding", "metadata": self.core.metadata(name),
            "target": { "apiVersion": "v1", "kind": "Node", "name": node },
        });
        self.core.consent(name, "binding", &binding).await
    }

    /// Writes the ephemeral containers of a pod, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update_ephemeral_containers(&self, pod: &Pod) -> Result<Object<Pod>, Error> {
        self.update_subresource("ephemeralcontainers", pod).await
    }

    /// Writes what the containers of a pod ask for and may have, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn resize(&self, pod: &Pod) -> Result<Object<Pod>, Error> {
        self.update_subresource("resize", pod).await
    }

    /// A request to what the pod itself serves, through the API server: `name`, `name:port` or `https:name:port`. Where to, [`suffix`](RestRequest::suffix) says.
    pub fn proxy(&self, method: Method, name: &str) -> RestRequest {
        self.core.proxy(method, name)
    }
}

impl Core {
    fn log_bytes(&self, name: &str, options: &LogOptions) -> Reply<Bytes> {
        let (what, request) = self.logs(name, options).request();
        let client = self.client.clone();
        Box::pin(async move { Ok(client.fetch(&what, request?).await?.into_body()) })
    }

    fn follow_logs(&self, name: &str, options: &LogOptions) -> Reply<Logs> {
        let (what, request) = self.logs(name, options).query(|query| query.add("follow", "true")).request();
        let client = self.client.clone();
        Box::pin(async move {
            let body = client.send(&what, request?).await?.into_body();
            Ok(Logs::new(what, body))
        })
    }

    fn logs(&self, name: &str, options: &LogOptions) -> Call {
        let call = self.named(Method::GET, "get", name, &["log"]);
        call.accept("text/plain,application/json;q=0.5,*/*;q=0.1".to_owned()).query(|query| options.query(query))
    }

    fn metadata(&self, name: &str) -> serde_json::Value {
        json!({ "name": name, "namespace": self.namespace.as_deref() })
    }

    /// Sends something to what is below an object; all that matters of the answer is that it is no refusal.
    fn consent(&self, name: &str, subresource: &str, tree: &serde_json::Value) -> Reply<()> {
        let call = self.named(Method::POST, "create", name, &[subresource]);
        let call = call.body("application/json", tree.to_string().into()).accept("application/json".to_owned());
        let (what, request) = call.query(|query| self.options.query(query)).request();
        let client = self.client.clone();
        Box::pin(async move { client.fetch(&what, request?).await.map(drop) })
    }
}
