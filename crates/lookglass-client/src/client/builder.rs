//! Making a client: [`ClientBuilder`].

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Client, Core, Endpoint, RequestObserver, Warn,
    end::{End, Kind, Server},
    pace::Pace,
};
use crate::{Error, config::Rate, transport::Limits};

/// Makes a [`Client`]; from [`Client::builder`]. Defaults, where a config does not say otherwise:
///
/// * [`rate`](Self::rate): unlimited, since API servers share themselves out fairly;
/// * [`retries`](Self::retries): 10, client-go's: eleven attempts in all;
/// * [`timeout`](Self::timeout): none, as in client-go;
/// * [`gzip`](Self::gzip): off, since on fast networks decoding costs several times what is saved;
/// * [`http2_prior_knowledge`](Self::http2_prior_knowledge): off, so a server without TLS is spoken to in HTTP/1.1;
/// * [`max_connections`](Self::max_connections): 512;
/// * [`unread_limit`](Self::unread_limit): 30 s;
/// * [`on_warning`](Self::on_warning): warnings are dropped;
/// * [`observer`](Self::observer): none.
pub struct ClientBuilder {
    end: Endpoint,
    rate: Option<Rate>,
    retries: u32,
    timeout: Option<Duration>,
    gzip: bool,
    prior_knowledge: bool,
    limits: Limits,
    warn: Option<Warn>,
    observer: Option<Arc<dyn RequestObserver>>,
}

/// client-go's.
pub(super) const RETRIES: u32 = 10;

impl ClientBuilder {
    pub(super) fn new(end: Endpoint) -> Self {
        let mut limits = Limits::default();
        let (mut rate, mut timeout) = (None, None);
        if let Kind::Config(config) = &end.0 {
            limits.idle = config.timeouts.idle;
            (rate, timeout) = (config.rate, config.timeouts.request);
        }
        Self {
            end,
            rate,
            retries: RETRIES,
            timeout,
            gzip: false,
            prior_knowledge: false,
            limits,
            warn: None,
            observer: None,
        }
    }

    /// At most so many requests a second, with bursts of `burst`: client-go's QPS and burst. One bucket for all handles, who go in the order in which they came; a request that is dropped while it waits takes nothing. A watch is let through when it is begun.
    #[must_use]
    pub fn rate(self, per_second: f64, burst: u32) -> Self {
        Self { rate: Some(Rate { per_second, burst }), ..self }
    }

    /// How often a request is tried again.
    #[must_use]
    pub fn retries(self, retries: u32) -> Self {
        Self { retries, ..self }
    }

    /// How long a request may take, from when the rate limit lets it through until its answer is read. It is for short requests, and never for a watch or a followed log.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Whether compressed answers are asked for. Worth it where the network is slower than some 50 MB/s: API servers compress lists above 128 KiB, and from Kubernetes 1.37 on events of watches. A config that
    /// forbids compression prevails.
    #[must_use]
    pub fn gzip(self, on: bool) -> Self {
        Self { gzip: on, ..self }
    }

    /// Speaks HTTP/2 with a server without TLS, which has to know it. With TLS, what is spoken is agreed on.
    #[must_use]
    pub fn http2_prior_knowledge(self, on: bool) -> Self {
        Self { prior_knowledge: on, ..self }
    }

    /// The most connections that are open at once. Two of them are kept for short requests.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.connections = connections.max(1);
        self
    }

    /// How long a watch may have something to read and not be read, before it is closed. Looked at every five seconds.
    #[must_use]
    pub fn unread_limit(mut self, limit: Duration) -> Self {
        self.limits.patience = limit;
        self
    }

    /// Called with each warning that the server gives, such as that a version is deprecated. It must not block.
    #[must_use]
    pub fn on_warning(self, warn: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { warn: Some(Box::new(warn)), ..self }
    }

    /// Is told about each request and each run of a credential plugin, for metrics.
    #[must_use]
    pub fn observer(self, observer: Arc<dyn RequestObserver>) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// The client.
    ///
    /// # Errors
    ///
    /// The server of a config wants TLS, and the program was built without; or the config holds what no header can carry.
    pub fn build(self) -> Result<Client, Error> {
        let namespace = self.end.namespace().to_owned();
        let (end, may_gzip) = match self.end.0 {
            Kind::Config(config) => {
                let server = Server::new(&config, self.limits, self.prior_knowledge, self.observer.as_ref())?;
                (End::Server(Box::new(server)), config.compression)
            }
            Kind::Kube(kube) => (End::kube(kube), true),
            Kind::Service(send, _) => (End::Service(send, "in-process".into()), true),
        };
        let pace = self.rate.map(Pace::new);
        Ok(Client::of(Core {
            end,
            namespace,
            pace,
            retries: self.retries,
            timeout: self.timeout,
            gzip: self.gzip && may_gzip,
            warn: self.warn,
            observer: self.observer,
        }))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder").field("end", &self.end).field("retries", &self.retries).finish_non_exhaustive()
    }
}
