//! One connection to one cluster: [`Client`].

mod answer;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::BodyExt as _;
use lookglass_workqueue::{Bucket, RateLimiter as _};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep};

use crate::{BoxError, Error};

pub use kube::client::Body;

/// One connection to one cluster, under all the clients of this crate.
///
/// It stands on a [`kube::Client`], which brings config, credentials and TLS, and into which any tower service can be made; so an embedded API server, or a test's
/// stand-in, is a client's other end as well as a cluster is.
///
/// Clones are handles to the same connection: they share its rate limit.
///
/// # Retrying
///
/// A refusal with 429 or 5xx *and* a `Retry-After` is tried again after that time, as client-go does. A broken connection is tried again after a second if the request
/// only reads. Whatever else happened is the caller's to decide: see [`Error::is_transient`].
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    kube: kube::Client,
    limiter: Option<Mutex<Bucket>>,
    retries: u32,
    warn: Option<Warn>,
}

/// What is called with each warning.
type Warn = Box<dyn Fn(&str) + Send + Sync>;

/// Makes a [`Client`]; from [`Client::builder`].
pub struct ClientBuilder {
    kube: kube::Client,
    limiter: Option<Bucket>,
    retries: u32,
    warn: Option<Warn>,
}

/// client-go's: eleven attempts in all.
const RETRIES: u32 = 10;

/// How long a reading request waits after its connection broke.
const RECONNECT: Duration = Duration::from_secs(1);

/// An answer that is read as a whole is no larger: many times what an API server sends as one.
const MAX_WHOLE: usize = 256 << 20;

impl Client {
    /// A client over one of kube's. Defaults:
    ///
    /// * [`rate`](ClientBuilder::rate): unlimited, since API servers share themselves out fairly;
    /// * [`retries`](ClientBuilder::retries): 10, client-go's;
    /// * [`on_warning`](ClientBuilder::on_warning): warnings are dropped.
    #[must_use]
    pub fn builder(kube: kube::Client) -> ClientBuilder {
        ClientBuilder { kube, limiter: None, retries: RETRIES, warn: None }
    }

    /// The namespace that the config names, or `default`.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        self.shared.kube.default_namespace()
    }

    /// The kube client below: for `kube::Api`, and for exec, attach and port-forward.
    #[must_use]
    pub fn kube(&self) -> kube::Client {
        self.shared.kube.clone()
    }

    /// Sends a request and hands back the answer with its body unread. `what` is what errors say was being done.
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers; after the retries that the [type](Self) tells of.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out.
    pub async fn send(&self, what: &str, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let (parts, body) = request.into_parts();
        let reads = parts.method.is_safe();
        let mut left = self.shared.retries;
        loop {
            self.pace().await;
            let mut request = Request::from_parts(parts.clone(), Body::from(body.clone()));
            // A body that is read frame by frame is wanted as it is; kube's stack would otherwise be free to ask for gzip.
            request
                .headers_mut()
                .entry(header::ACCEPT_ENCODING)
                .or_insert(header::HeaderValue::from_static("identity"));
            match self.shared.kube.send(request).await {
                Ok(response) if response.status().is_client_error() || response.status().is_server_error() => {
                    let wait = answer::retry_after(&response);
                    if let Some(wait) = wait.filter(|_| left > 0) {
                        left -= 1;
                        sleep(wait).await;
                        continue;
                    }
                    return Err(answer::refusal(what, &parts, response).await);
                }
                Ok(response) => {
                    if let Some(warn) = &self.shared.warn {
                        answer::warnings(&response, &**warn);
                    }
                    return Ok(response);
                }
                Err(error) if reads && left > 0 && answer::is_broken_connection(&error) => {
                    left -= 1;
                    sleep(RECONNECT).await;
                }
                Err(error) => return Err(Error::connection(what, BoxError::from(error))),
            }
        }
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    ///
    /// As for [`send`](Self::send); or the answer was cut off.
    ///
    /// # Cancel safety
    ///
    /// As for [`send`](Self::send).
    pub async fn fetch(&self, what: &str, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let (parts, body) = self.send(what, request).await?.into_parts();
        let body = http_body_util::Limited::new(body, MAX_WHOLE).collect().await;
        let body = body.map_err(|error| Error::cut_off(what, error))?.to_bytes();
        Ok(Response::from_parts(parts, body))
    }

    /// Waits until the rate limit lets another request through.
    async fn pace(&self) {
        let Some(limiter) = &self.shared.limiter else { return };
        let wait = limiter.lock().when(&(), Instant::now().into_std());
        if !wait.is_zero() {
            sleep(wait).await;
        }
    }
}

impl From<kube::Client> for Client {
    fn from(kube: kube::Client) -> Self {
        Self::builder(kube).build()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("default_namespace", &self.default_namespace()).finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// At most so many requests a second, with bursts of `burst`: client-go's QPS and burst. One bucket for all handles.
    #[must_use]
    pub fn rate(self, per_second: f64, burst: u32) -> Self {
        Self { limiter: Some(Bucket::per_second(per_second, burst)), ..self }
    }

    /// How often a request is tried again.
    #[must_use]
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// Called with each warning that the server gives, such as that a version is deprecated. It must not block.
    #[must_use]
    pub fn on_warning(self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { warn: Some(Box::new(warn)), ..self }
    }

    /// The client.
    #[must_use]
    pub fn build(self) -> Client {
        let Self { kube, limiter, retries, warn } = self;
        Client { shared: Arc::new(Shared { kube, limiter: limiter.map(Mutex::new), retries, warn }) }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("retries", &self.retries).finish_non_exhaustive()
    }
}
