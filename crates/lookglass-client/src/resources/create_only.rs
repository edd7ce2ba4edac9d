//! What can only be sent: [`CreateOnly`].

use std::{any::Any, fmt};

use http::Method;
use lookglass_object::{Depot, Encoding, Gvk, Gvr};

use super::{WriteOptions, body::Form, core, core::Core};
use crate::{
    Client, Error,
    list_watch::request::{self, Asked},
};

/// A resource to which objects are sent, and where none can be read: reviews, which come back with the answer in their status, and bindings.
///
/// ```no_run
/// # async fn example(client: lookglass_client::Client) -> Result<(), lookglass_client::Error> {
/// use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview};
/// use lookglass_client::Clientset;
///
/// let mut review = SelfSubjectAccessReview::default();
/// review.spec.resource_attributes =
///     Some(ResourceAttributes { verb: Some("list".into()), resource: Some("secrets".into()), ..Default::default() });
/// let reviews = Clientset::new(&client).authorization_v1().self_subject_access_reviews();
/// let allowed = reviews.create(&review).await?.status.is_some_and(|status| status.allowed);
/// println!("may I list Secrets? {allowed}");
/// # Ok(())
/// # }
/// ```
pub struct CreateOnly<K> {
    core: Core,
    form: Form<K>,
}

impl<K: Clone + Any + Send + Sync> CreateOnly<K> {
    pub(crate) fn built_in(client: &Client, gvk: &Gvk, plural: &'static str, namespaced: bool) -> Self {
        let family = Depot::global().family(gvk);
        Self { core: Core::new(client, gvk.resource(plural), family, Some(namespaced)), form: Form::built_in() }
    }

    /// The part of the resource in a namespace.
    #[must_use]
    pub(crate) fn namespace(mut self, namespace: &str) -> Self {
        self.core.namespace = (!namespace.is_empty()).then(|| namespace.into());
        self
    }

    /// The resource.
    #[must_use]
    pub fn resource(&self) -> &Gvr {
        &self.core.gvr
    }

    /// How it is sent.
    #[must_use]
    pub fn write_options(mut self, options: WriteOptions) -> Self {
        self.core.options = options;
        self
    }

    /// Sends an object, and gives it as it comes back; or as it was sent, where the server answers only that it agrees, as to a binding.
    ///
    /// # Errors
    ///
    /// The server refuses, nobody answers, or what comes is another object.
    ///
    /// # Cancel safety
    ///
    /// What was sent may have been taken.
    pub async fn create(&self, object: &K) -> Result<K, Error> {
        let sent = (self.form.encode)(object).map_err(|error| format!("the object cannot be written: {error}"));
        match self.core.send(sent).await? {
            Some((what, body)) => (self.form.decode)(&body).map_err(|error| Error::malformed(what, error)),
            None => Ok(object.clone()),
        }
    }
}

impl Core {
    /// Sends what has no name, and gives the answer when it is more than consent.
    fn send(&self, object: Result<Vec<u8>, String>) -> core::Reply<Option<(String, bytes::Bytes)>> {
        let call = self.sent(Method::POST, "create", object, |_| Ok(Vec::new()));
        let call = call.accept(request::accept(Encoding::Json, false, Asked::Object));
        let (what, request) = call.query(|query| self.options.query(query)).request();
        let client = self.client.clone();
        Box::pin(async move {
            let body = client.fetch(&what, request?).await?.into_body();
            Ok(core::success(&body).is_none().then_some((what, body)))
        })
    }
}

impl<K> Clone for CreateOnly<K> {
    fn clone(&self) -> Self {
        Self { core: self.core.clone(), form: self.form }
    }
}

impl<K> fmt::Debug for CreateOnly<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateOnly")
            .field("resource", &self.core.gvr)
            .field("namespace", &self.core.namespace)
            .finish_non_exhaustive()
    }
}
