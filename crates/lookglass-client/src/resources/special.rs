//! What only some kinds can.

use http::Method;
use k8s_openapi::api::{
    authentication::v1::TokenRequest,
    certificates::v1::CertificateSigningRequest,
    core::v1::{Namespace, Node, Service, ServiceAccount},
};
use lookglass_object::{Object, codec::Codec};

use super::{
    Resources,
    core::{Core, Reply},
};
use crate::{Error, Rest, RestRequest, list_watch::request};

impl Resources<ServiceAccount> {
    /// Asks for a token of the account; it comes back in the status.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn create_token(&self, name: &str, wanted: &TokenRequest) -> Result<TokenRequest, Error> {
        self.core.token(name, wanted).await
    }
}

impl Resources<CertificateSigningRequest> {
    /// Writes the conditions that approve or deny a request, and nothing else.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn update_approval(
        &self,
        request: &CertificateSigningRequest,
    ) -> Result<Object<CertificateSigningRequest>, Error> {
        self.update_subresource("approval", request).await
    }
}

impl Resources<Namespace> {
    /// Writes the finalizers of a namespace's spec, without which it goes when it is to be deleted.
    ///
    /// # Errors
    ///
    /// As for [`update`](Self::update).
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn finalize(&self, namespace: &Namespace) -> Result<Object<Namespace>, Error> {
        self.update_subresource("finalize", namespace).await
    }
}

impl Resources<Service> {
    /// A request to what the service serves, through the API server: `name`, `name:port` or `https:name:port`. Where to, [`suffix`](RestRequest::suffix) says.
    pub fn proxy(&self, method: Method, name: &str) -> RestRequest {
        self.core.proxy(method, name)
    }
}

impl Resources<Node> {
    /// A request to what the node's kubelet serves, through the API server: `name` or `name:port`. Where to, [`suffix`](RestRequest::suffix) says.
    pub fn proxy(&self, method: Method, name: &str) -> RestRequest {
        self.core.proxy(method, name)
    }
}

impl Core {
    pub(super) fn proxy(&self, method: Method, name: &str) -> RestRequest {
        let request = Rest::new(&self.client).version(self.gvr.group_version()).request(method).accept("*/*");
        let request = match &self.namespace {
            Some(namespace) => request.namespace(namespace),
            None if self.namespaced == Some(true) => {
                request.but(format!("{} live in namespaces, and none is said", self.gvr.resource()))
            }
            None => request,
        };
        request.resource(self.gvr.resource()).name(name).subresource(["proxy"])
    }

    fn token(&self, name: &str, wanted: &TokenRequest) -> Reply<TokenRequest> {
        let call = self.named(Method::POST, "create", name, &["token"]);
        let json = Codec::for_type::<TokenRequest>().and_then(|codec| codec.encode(wanted));
        // A request without a body is refused by the server, if ever this k8s-openapi should not have the kind.
        let call = call.body("application/json", json.unwrap_or_default().into());
        let call = call.accept(request::accept(lookglass_object::Encoding::Json, false, request::Asked::Object));
        let (what, request) = call.query(|query| self.options.query(query)).request();
        let client = self.client.clone();
        Box::pin(async move {
            let body = client.fetch(&what, request?).await?.into_body();
            // Of what is wrong only the place: what was found may be the token.
            serde_json::from_slice(&body).map_err(|error| {
                Error::malformed(what, format!("no TokenRequest, at line {} column {}", error.line(), error.column()))
            })
        })
    }
}
