//! One connection to one cluster: [`Client`].

mod answer;
mod body;
mod builder;
mod end;
mod gzip;
mod observer;
mod over_kube;
mod pace;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, sleep, timeout_at};

use self::{end::End, observer::Observed, over_kube::OverKube, pace::Pace};
use crate::{Error, config::Config, transport::Failure};

pub use body::Body;
pub use builder::ClientBuilder;
pub use end::Endpoint;
pub use observer::{Answered, BodyEnded, RequestLabels, RequestObserver, Retrying};

/// One client of one cluster, under all the clients of this crate. Clones are handles to the same: they share its connections and its rate limit.
///
/// Its other end is a server that a [`Config`] tells of, or [anything else](Endpoint) that answers requests, such as an embedded API server without a socket.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_client::{Client, Config};
///
/// let client = Client::new(Config::new("https://10.0.0.1:6443")?.token_file("/var/run/token"))?;
/// let version = client.fetch("ask for the version", http::Request::get("/version").body(Default::default())?).await?;
/// println!("{}", String::from_utf8_lossy(version.body()));
/// # Ok(())
/// # }
/// ```
///
/// # Connections
///
/// One pool per client. TLS settles whether HTTP/2 or HTTP/1.1 is spoken. On HTTP/2, watches share connections, 80 on each, and short requests have one of their own; a server that allows fewer
/// streams gets more connections, up to [a limit](ClientBuilder::max_connections), and who finds none free in time gets [`Error::Busy`] and does not hang. A watch that nobody reads for 30 s while there
/// is something to read is closed, so that it takes nothing from its neighbours; its reader then gets an error that says so. Rotated certificates are followed. Connections that nobody uses are closed after 90 s.
///
/// # Retrying
///
/// A refusal with 429 or 5xx *and* a `Retry-After` is tried again after that time, as client-go does. A broken connection is tried again after a second if the request only reads; at once, whatever
/// it does, if the server is known not to have begun with it. A 401 is tried again once, with credentials that were fetched anew (client-go uses them for the next request only). Whatever else happened is the caller's
/// to decide: see [`Error::is_transient`]. A request that is dropped is over, at whatever it was.
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
    /// Made when it is asked for. It stands on `core` and not on this, so that neither keeps the other.
    kube: Arc<OnceLock<kube::Client>>,
}

/// What all handles share.
struct Core {
    end: End,
    namespace: String,
    pace: Option<Pace>,
    retries: u32,
    timeout: Option<Duration>,
    gzip: bool,
    warn: Option<Warn>,
    observer: Option<Arc<dyn RequestObserver>>,
}

/// What is called with each warning.
type Warn = Box<dyn Fn(&str) + Send + Sync>;

/// How many connections a client has open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Connections {
    /// Connections.
    pub open: usize,
    /// Requests and watches on them.
    pub streams: usize,
    /// Bytes that came over all of them so far, TLS included.
    pub bytes_in: u64,
    /// Bytes that went over all of them so far, TLS included.
    pub bytes_out: u64,
}

/// How long a reading request waits after its connection broke.
const RECONNECT: Duration = Duration::from_secs(1);

/// An answer that is read as a whole is no larger: many times what an API server sends as one.
const MAX_WHOLE: usize = 256 << 20;

impl Client {
    /// A client of the server that the config tells of. Nothing is connected before the first request.
    ///
    /// # Errors
    ///
    /// The server wants TLS, and the program was built without; or the config holds what no header can carry.
    pub fn new(config: Config) -> Result<Self, Error> {
        Self::builder(config).build()
    }

    /// A client of the cluster that the environment tells of: see [`Config::from_env`].
    ///
    /// # Errors
    ///
    /// There is no config, or it is of no use; or as for [`new`](Self::new).
    ///
    /// # Cancel safety
    ///
    /// Nothing happens but reading.
    pub async fn from_env() -> Result<Self, Error> {
        Self::new(Config::from_env().await?)
    }

    /// A builder, for a server that a [`Config`] tells of, a [`kube::Client`], or [another end](Endpoint). Its defaults are listed [there](ClientBuilder).
    #[must_use]
    pub fn builder(end: impl Into<Endpoint>) -> ClientBuilder {
        ClientBuilder::new(end.into())
    }

    fn of(core: Core) -> Self {
        Self { core: Arc::new(core), kube: Arc::new(OnceLock::new()) }
    }

    /// The namespace that the config names, or `default`.
    #[must_use]
    pub fn default_namespace(&self) -> &str {
        &self.core.namespace
    }

    /// A kube client that stands on this one: for `kube::Api`, and for exec, attach and port-forward. Its requests use the same connections, rate limit and credentials. Requests that
    /// upgrade their connection get one of their own, with HTTP/1.1.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime, the first time: kube starts a task.
    #[must_use]
    pub fn kube(&self) -> kube::Client {
        if let End::Kube(kube, _) = &self.core.end {
            return kube.clone();
        }
        let make = || kube::Client::new(OverKube(Arc::clone(&self.core)), self.core.namespace.clone());
        self.kube.get_or_init(make).clone()
    }

    /// The connections that are open now; none where the other end is not reached through a pool of this client's own.
    #[must_use]
    pub fn connections(&self) -> Connections {
        self.core.end.connections()
    }

    /// Sends a request and hands back the answer with its body unread. `what` is what errors say was being done.
    ///
    /// The request's address is a path with its query. It is a long one, with connections of their own and no timeout, if the query asks for a watch (`watch=true`) or to follow a log (`follow=true`).
    ///
    /// # Errors
    ///
    /// The server refuses, or nobody answers; after the retries that the [type](Self) tells of.
    ///
    /// # Cancel safety
    ///
    /// A request that was sent may have been carried out. One that still waits for the client's own rate limit leaves the line, and costs nobody else anything.
    pub async fn send(&self, what: &str, request: Request<Bytes>) -> Result<Response<Body>, Error> {
        let (parts, body) = request.into_parts();
        let asked = Request::from_parts(parts.clone(), body);
        let response = self.core.exchange(asked).await.map_err(|failure| Error::failure(what, failure))?;
        if response.status().is_client_error() || response.status().is_server_error() {
            return Err(answer::refusal(what, &parts, response).await);
        }
        Ok(response)
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
}

/// In a request's extensions: it is not sent again, since whoever asks has a patience of his own, and wants to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Once;

impl Core {
    /// Sends a request, again where that is right, and hands back the answer, whatever its code.
    async fn exchange(&self, mut request: Request<Bytes>) -> Result<Response<Body>, Failure> {
        let observer = self.observer.as_ref();
        let observed = observer.map(|observer| Arc::new(Observed::new(&request, self.end.host(), observer)));
        let long = is_long(&request);
        // client-go lets a watch through when it is begun, and only then.
        let held = if long { Duration::ZERO } else { self.pace(&request).await };
        let begun = Instant::now();
        let deadline = self.timeout.filter(|_| !long).and_then(|timeout| Some((begun.checked_add(timeout)?, timeout)));
        let may_gunzip = self.ask_for_encoding(&mut request);
        let mut retries = 0;
        let outcome = self.tries(&request, long, deadline, observed.as_deref(), &mut retries).await;
        if let Some(observed) = &observed {
            observed.answered(&Answered {
                code: outcome.as_ref().ok().map(|response| response.status().as_u16()),
                latency: begun.elapsed(),
                held,
                retries,
                connections: self.end.connections().open,
            });
        }
        let bytes_out = request.body().len() as u64;
        outcome.map(|response| {
            if let Some(warn) = &self.warn {
                answer::warnings(&response, &**warn);
            }
            let (mut head, mut body) = response.into_parts();
            if let Some(observed) = observed {
                body = body.metered(observed, bytes_out);
            }
            if may_gunzip && head.headers.get(header::CONTENT_ENCODING).is_some_and(|name| name == "gzip") {
                head.headers.remove(header::CONTENT_ENCODING);
                head.headers.remove(header::CONTENT_LENGTH);
                body = body.gunzip();
            }
            if let Some((end, timeout)) = deadline {
                body = body.deadline(end, timeout);
            }
            Response::from_parts(head, body)
        })
    }

    /// Tries until there is an answer to stay with.
    async fn tries(
        &self,
        request: &Request<Bytes>,
        long: bool,
        deadline: Option<(Instant, Duration)>,
        observed: Option<&Observed>,
        retries: &mut u32,
    ) -> Result<Response<Body>, Failure> {
        loop {
            let sent = self.end.send(request.clone(), long);
            let outcome = match deadline {
                Some((end, timeout)) => timeout_at(end, sent).await.unwrap_or(Err(Failure::Timeout(timeout))),
                None => sent.await,
            };
            let wait = match &outcome {
                Ok(response) => answer::retry_after(response),
                Err(Failure::Broken(_)) if request.method().is_safe() => Some(RECONNECT),
                Err(_) => None,
            };
            // Who has no time to wait is told what came, and not that it took too long.
            let has_time = |wait: &Duration| {
                deadline.is_none_or(|(end, _)| Instant::now().checked_add(*wait).is_some_and(|then| then < end))
            };
            let left = if request.extensions().get::<Once>().is_some() { 0 } else { self.retries };
            let Some(wait) = wait.filter(|_| *retries < left).filter(has_time) else { return outcome };
            let code = outcome.as_ref().ok().map(|response| response.status().as_u16());
            if let Ok(response) = outcome {
                answer::drain(response.into_body()).await;
            }
            *retries += 1;
            if let Some(observed) = observed {
                observed.retrying(&Retrying { code, wait });
            }
            tracing::debug!(code, ?wait, method = %request.method(), path = request.uri().path(), "sending again");
            sleep(wait).await;
            self.pace(request).await;
        }
    }

    /// Says which encodings are understood, unless the caller did and decodes by himself. Says whether to decode.
    fn ask_for_encoding(&self, request: &mut Request<Bytes>) -> bool {
        let header::Entry::Vacant(place) = request.headers_mut().entry(header::ACCEPT_ENCODING) else { return false };
        // Asked for nothing, layers below would be free to ask for gzip.
        place.insert(HeaderValue::from_static(if self.gzip { "gzip" } else { "identity" }));
        true
    }

    /// Waits until the rate limit lets another request through.
    async fn pace(&self, request: &Request<Bytes>) -> Duration {
        match &self.pace {
            Some(pace) => pace.turn(request).await,
            None => Duration::ZERO,
        }
    }
}

/// Whether its answer stays open for minutes.
fn is_long(request: &Request<Bytes>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1" | "follow=true" | "follow=1"))
}

impl From<kube::Client> for Client {
    fn from(kube: kube::Client) -> Self {
        Self::of(Core {
            namespace: kube.default_namespace().to_owned(),
            end: End::kube(kube),
            pace: None,
            retries: builder::RETRIES,
            timeout: None,
            gzip: false,
            warn: None,
            observer: None,
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.core.end.host())
            .field("default_namespace", &self.default_namespace())
            .finish_non_exhaustive()
    }
}
