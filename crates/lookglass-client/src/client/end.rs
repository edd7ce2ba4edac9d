//! The other end of a client: [`Endpoint`], and [`End`], which is one in use.

use std::{fmt, pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri, header,
    uri::{Authority, PathAndQuery, Scheme},
};
use http_body_util::Full;
use tower_service::Service;

use super::{Body, Connections, RequestObserver, answer};
use crate::{
    BoxError, Error,
    auth::{Credentials, Listener, PluginRan},
    config::Config,
    transport::{Failure, Limits, Transport},
};

/// What answers a client's requests. `Client::builder` takes whatever becomes one.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use lookglass_client::{Client, Endpoint};
///
/// let api = lookglass_apiserver::ApiServer::start().await?;
/// let client = Client::builder(Endpoint::service(api.service(), "default")).build()?;
/// client.fetch("look", http::Request::get("/version").body(Default::default())?).await?;
/// # Ok(())
/// # }
/// ```
pub struct Endpoint(pub(super) Kind);

pub(super) enum Kind {
    Config(Box<Config>),
    Kube(kube::Client),
    Service(OneShot, String),
}

type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

/// Sends one request.
type OneShot = Box<dyn Fn(Request<Bytes>) -> Answering + Send + Sync>;

impl Endpoint {
    /// A tower service: a server in the same process, or somebody else's stack. A clone of it is made for each request; no queue and no task stand in between. Addresses of requests are paths.
    #[must_use]
    pub fn service<S, B>(service: S, default_namespace: impl Into<String>) -> Self
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Into<BoxError>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        let send = move |request: Request<Bytes>| -> Answering {
            let mut service = service.clone();
            Box::pin(async move {
                std::future::poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
                let response = service.call(request.map(Full::new)).await.map_err(Into::into)?;
                Ok(response.map(Body::foreign))
            })
        };
        Self(Kind::Service(Box::new(send), default_namespace.into()))
    }

    /// For whoever names none.
    pub(super) fn namespace(&self) -> &str {
        match &self.0 {
            Kind::Config(config) => config.default_namespace(),
            Kind::Kube(kube) => kube.default_namespace(),
            Kind::Service(_, namespace) => namespace,
        }
    }
}

impl From<Config> for Endpoint {
    fn from(config: Config) -> Self {
        Self(Kind::Config(Box::new(config)))
    }
}

impl From<&Config> for Endpoint {
    fn from(config: &Config) -> Self {
        config.clone().into()
    }
}

/// As it is: with its connections, credentials and retries.
impl From<kube::Client> for Endpoint {
    fn from(kube: kube::Client) -> Self {
        Self(Kind::Kube(kube))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Config(config) => f.debug_tuple("Endpoint").field(config).finish(),
            Kind::Kube(_) => f.write_str("Endpoint(kube::Client)"),
            Kind::Service(..) => f.write_str("Endpoint(service)"),
        }
    }
}

/// An [`Endpoint`] in use.
pub(super) enum End {
    Server(Box<Server>),
    Kube(kube::Client, Arc<str>),
    Service(OneShot, Arc<str>),
}

impl End {
    pub(super) fn kube(kube: kube::Client) -> Self {
        Self::Kube(kube, "kube".into())
    }

    /// What is at the other end, for observers.
    pub(super) fn host(&self) -> &Arc<str> {
        match self {
            Self::Server(server) => &server.host,
            Self::Kube(_, name) | Self::Service(_, name) => name,
        }
    }

    pub(super) fn connections(&self) -> Connections {
        match self {
            Self::Server(server) => {
                let ((open, streams), (bytes_in, bytes_out)) = (server.transport.count(), server.transport.traffic());
                Connections { open, streams, bytes_in, bytes_out }
            }
            _ => Connections::default(),
        }
    }

    /// Sends a request once; or twice, where the first time its credentials were not good any more.
    pub(super) async fn send(&self, request: Request<Bytes>, long: bool) -> Result<Response<Body>, Failure> {
        match self {
            Self::Server(server) => server.send(request, long).await,
            Self::Kube(kube, _) => {
                let response = kube.send(request.map(kube::client::Body::from)).await;
                response.map(|response| response.map(Body::foreign)).map_err(|error| answer::failure(error.into()))
            }
            Self::Service(send, _) => send(request).await.map_err(answer::failure),
        }
    }
}

/// A server that a config tells of.
pub(super) struct Server {
    transport: Transport,
    credentials: Credentials,
    scheme: Scheme,
    authority: Authority,
    /// Without a slash at its end.
    base: String,
    user_agent: HeaderValue,
    impersonate: Vec<(HeaderName, HeaderValue)>,
    host: Arc<str>,
    /// Told of the plugin's runs for as long as this is here.
    _listener: Option<Arc<Listener>>,
}

impl Server {
    pub(super) fn new(
        config: &Config,
        limits: Limits,
        prior_knowledge: bool,
        observer: Option<&Arc<dyn RequestObserver>>,
    ) -> Result<Self, Error> {
        let what = || format!("make a client of {}", config.server());
        let wrong = |why: String| Error::Request { what: what(), why };
        let uri = config.server().into_parts();
        let (Some(scheme), Some(authority)) = (uri.scheme, uri.authority) else {
            return Err(wrong("the config's server is no whole address".to_owned()));
        };
        if scheme == Scheme::HTTPS && cfg!(not(any(feature = "rustls-ring", feature = "rustls-aws-lc"))) {
            return Err(Error::NoTls { what: what() });
        }
        let impersonate = config.impersonate.as_ref().map(|who| who.headers()).transpose();
        let credentials = Credentials::new(config);
        let listener = observer
            .cloned()
            .map(|observer| -> Arc<Listener> { Arc::new(move |ran: &PluginRan| observer.plugin_ran(ran)) });
        if let Some(listener) = &listener {
            credentials.listen(listener);
        }
        Ok(Self {
            transport: Transport::new(config, credentials.clone(), limits, prior_knowledge),
            credentials,
            scheme,
            host: authority.as_str().into(),
            authority,
            base: config.server().path().trim_end_matches('/').to_owned(),
            user_agent: config.user_agent.clone(),
            impersonate: impersonate.map_err(|error| wrong(error.to_string()))?.unwrap_or_default(),
            _listener: listener,
        })
    }

    async fn send(&self, mut request: Request<Bytes>, long: bool) -> Result<Response<Body>, Failure> {
        *request.uri_mut() = self.address(request.uri())?;
        self.say_who(request.headers_mut());
        // What the caller says of himself is his own affair.
        if request.headers().contains_key(header::AUTHORIZATION) {
            return Ok(self.transport.send(request, long).await?.map(Body::pooled));
        }
        let used = self.authorization().await?;
        authorize(&mut request, used.as_ref());
        let response = self.transport.send(request.clone(), long).await?.map(Body::pooled);
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.credentials.refused(used.as_ref());
        // What cannot be had anew does not make the server's own words less true.
        let Ok(anew) = self.authorization().await else { return Ok(response) };
        let has_other_certificates = self.transport.renew().await;
        if anew == used && !has_other_certificates {
            return Ok(response);
        }
        answer::drain(response.into_body()).await;
        authorize(&mut request, anew.as_ref());
        Ok(self.transport.send(request, long).await?.map(Body::pooled))
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, Failure> {
        self.credentials.authorization().await.map_err(|error| Failure::Credentials(Arc::new(error)))
    }

    /// The whole address of a path, behind the base path of the config.
    fn address(&self, path: &Uri) -> Result<Uri, Failure> {
        let path = path.path_and_query().map_or("/", PathAndQuery::as_str);
        let whole = Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone());
        let whole = whole.path_and_query(format!("{}{path}", self.base)).build();
        whole.map_err(|error| Failure::Other(Arc::new(error)))
    }

    /// Adds the headers that say who asks, where the caller has not.
    fn say_who(&self, headers: &mut HeaderMap) {
        headers.entry(header::USER_AGENT).or_insert_with(|| self.user_agent.clone());
        if !headers.keys().any(|name| name.as_str().starts_with("impersonate-")) {
            headers.extend(self.impersonate.iter().map(|(name, value)| (Some(name.clone()), value.clone())));
        }
    }
}

fn authorize(request: &mut Request<Bytes>, header: Option<&HeaderValue>) {
    match header {
        Some(header) => request.headers_mut().insert(header::AUTHORIZATION, header.clone()),
        None => request.headers_mut().remove(header::AUTHORIZATION),
    };
}
