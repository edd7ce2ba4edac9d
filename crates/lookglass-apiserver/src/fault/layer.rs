//! The layer that stands before the server: [`Faulty`].

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use lookglass_protocol::service::{Body, BoxError};
use tokio::time::{self, Instant};
use tower_service::Service;

use super::{
    Effect,
    matcher::Asked,
    set::{Armed, Faults},
    stream::{Truncated, Watched},
};

/// A service with faults before it.
#[derive(Clone)]
pub(crate) struct Faulty<S> {
    service: S,
    faults: Arc<Faults>,
}

impl<S> Faulty<S> {
    pub(crate) fn new(service: S, faults: Arc<Faults>) -> Self {
        Self { service, faults }
    }
}

/// The error of a service that closes the connection instead of answering.
#[derive(Debug, thiserror::Error)]
#[error("the connection was cut by a fault that was asked for")]
struct Severed;

/// What a client sees of a connection that is cut: the error that a socket would give, so that it acts as it would over one.
pub(super) fn severed() -> BoxError {
    std::io::Error::new(std::io::ErrorKind::ConnectionReset, Severed).into()
}

impl<S, R> Service<Request<R>> for Faulty<S>
where
    S: Service<Request<R>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.service.poll_ready(cx).map_err(|never| match never {})
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let asked = Asked::of(&request);
        let (mut service, faults) = (self.service.clone(), Arc::clone(&self.faults));
        // The clone is the one that may not be ready yet.
        std::mem::swap(&mut service, &mut self.service);
        Box::pin(async move {
            let mut truncated = None;
            if !faults.none() {
                match before(&faults, &asked).await? {
                    Struck::Answered(answer) => return Ok(answer),
                    Struck::Later(length) => truncated = length,
                }
            }
            let Ok(answer) = service.call(request).await;
            Ok(answer.map(|body| {
                let body = match body.is_stream() {
                    true => Body::stream(Watched::new(body, asked, faults)),
                    false => body,
                };
                match truncated {
                    Some(length) => Body::stream(Truncated::new(body, length)),
                    None => body,
                }
            }))
        })
    }
}

enum Struck {
    /// The request does not reach the server.
    Answered(Response<Body>),
    /// It does; its answer may be cut after so many bytes.
    Later(Option<u64>),
}

/// What strikes a request before it reaches the server.
async fn before(faults: &Faults, asked: &Asked) -> Result<Struck, BoxError> {
    let call = asked.call(&faults.catalog());
    let mut length = None;
    for set in faults.all() {
        if !set.is_active(Instant::now()) || !set.is_for(asked, call.as_deref()) {
            continue;
        }
        let set: &Armed = &set;
        match &set.fault.effect {
            Effect::Delay(delay) if set.strikes() => time::sleep(*delay).await,
            Effect::Hang if set.strikes() => set.over().await,
            Effect::Reset if set.strikes() => return Err(severed()),
            Effect::Refuse(refusal) if set.strikes() => return Ok(Struck::Answered(refusal.answer(call.as_deref()))),
            Effect::Truncate(bytes) if set.strikes() => length = Some(*bytes),
            // These were spared, or strike watches and not requests.
            _ => {}
        }
    }
    // Only now, since time may have passed.
    faults.settle();
    Ok(Struck::Later(length))
}
