//! kube's client over this one: [`OverKube`].

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower_service::Service;

use super::{Body, Core};
use crate::BoxError;

/// What a [`kube::Client`] sends its requests to.
pub(super) struct OverKube(pub(super) Arc<Core>);

impl Service<Request<kube::client::Body>> for OverKube {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<kube::client::Body>) -> Self::Future {
        let core = Arc::clone(&self.0);
        Box::pin(async move {
            let (head, body) = request.into_parts();
            // What kube sends is in memory as a whole.
            let body = body.collect_bytes().await?;
            Ok(core.exchange(Request::from_parts(head, body)).await?)
        })
    }
}
