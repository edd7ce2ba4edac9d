//! The server without a socket: [`ApiService`].

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response, header};
use lookglass_protocol::{
    identity::{Peer, User},
    service::{Body, BoxError, Service},
};

use super::{Api, clock::Clock, log::RequestLog};
use crate::fault::Faulty;

/// An [`ApiServer`](super::ApiServer) as a tower service of HTTP requests with any body. It keeps the server alive.
///
/// A request that nobody vouches for, without a [`Peer`] in its extensions and without an `Authorization` header, comes from this process and
/// thus from the administrator. Whoever puts this service on a socket with a transport of his own puts a [`Peer`] into each request.
///
/// It fails only where a [fault](crate::Fault) closes the connection.
///
/// # Cancel safety
///
/// A call that is dropped is as if the client had gone.
#[derive(Clone)]
pub struct ApiService {
    faulty: Faulty<Service<Api>>,
    log: Arc<RequestLog>,
    clock: Clock,
}

/// The answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

impl ApiService {
    pub(super) fn new(faulty: Faulty<Service<Api>>, log: Arc<RequestLog>, clock: Clock) -> Self {
        Self { faulty, log, clock }
    }
}

impl<R> tower_service::Service<Request<R>> for ApiService
where
    R: http_body::Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Answering;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        tower_service::Service::<Request<R>>::poll_ready(&mut self.faulty, cx)
    }

    fn call(&mut self, mut request: Request<R>) -> Answering {
        if request.extensions().get::<Peer>().is_none() && !request.headers().contains_key(header::AUTHORIZATION) {
            request.extensions_mut().insert(Peer::unknown().with_user(User::admin()));
        }
        let pending = self.log.begin(&request, &self.clock);
        let answering = self.faulty.call(request);
        let Some(pending) = pending else {
            return answering;
        };
        Box::pin(async move {
            let answer = answering.await?;
            pending.answered(answer.status().as_u16());
            Ok(answer)
        })
    }
}

impl std::fmt::Debug for ApiService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ApiService")
    }
}
