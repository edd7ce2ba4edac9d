//! What a service can be told: [`Builder`].

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderValue;
use jiff::Timestamp;

use super::{Service, Shared, random::Random};
use crate::{Backend, documents::Facts, identity::Authenticator};

/// Tells the time: for the `Date` of answers, for ages in Tables.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Makes a [`Service`].
///
/// Defaults:
///
/// - authenticator: [`Authenticator::default`], which lets nobody in who has no credentials, but for health checks;
/// - facts: those of a healthy server at `localhost:443` that began when it was built;
/// - body limit: 3 MiB, the real server's;
/// - request timeout: 60 seconds, the real server's; watches have their own;
/// - clock: the system's;
/// - seed: another one in every process.
pub struct Builder<B> {
    backend: Arc<B>,
    authenticator: Authenticator,
    facts: Option<Arc<Facts>>,
    body_limit: usize,
    request_timeout: Duration,
    clock: Clock,
    seed: Option<u64>,
}

pub(super) struct Options {
    pub(super) authenticator: Authenticator,
    pub(super) facts: Arc<Facts>,
    pub(super) body_limit: usize,
    pub(super) request_timeout: Duration,
    pub(super) clock: Clock,
    pub(super) random: Random,
    /// The uids that a real server names of its flow schema and priority level; here all requests have the same.
    pub(super) fairness: [HeaderValue; 2],
}

impl<B: Backend> Builder<B> {
    pub(super) fn new(backend: Arc<B>) -> Self {
        Self {
            backend,
            authenticator: Authenticator::default(),
            facts: None,
            body_limit: 3 << 20,
            request_timeout: Duration::from_secs(60),
            clock: Arc::new(system_time),
            seed: None,
        }
    }

    /// Tells who a request comes from.
    #[must_use]
    pub fn authenticator(mut self, authenticator: Authenticator) -> Self {
        self.authenticator = authenticator;
        self
    }

    /// What it says of itself at `/version`, `/livez` and `/metrics`.
    #[must_use]
    pub fn facts(mut self, facts: impl Into<Arc<Facts>>) -> Self {
        self.facts = Some(facts.into());
        self
    }

    /// How long the body of a request may be.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long a request that is no watch may take.
    #[must_use]
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Tells the time.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What audit ids and the ends of watches are drawn from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// The service.
    #[must_use]
    pub fn build(self) -> Service<B> {
        let Self { backend, authenticator, facts, body_limit, request_timeout, clock, seed } = self;
        let facts = facts.unwrap_or_else(|| Arc::new(Facts::new("localhost:443", clock())));
        let random = Random::new(seed.unwrap_or_else(Random::seed));
        let fairness = [random.header(), random.header()];
        let options = Options { authenticator, facts, body_limit, request_timeout, clock, random, fairness };
        Service(Arc::new(Shared { backend, options }))
    }
}

impl<B> fmt::Debug for Builder<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("authenticator", &self.authenticator)
            .field("body_limit", &self.body_limit)
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("authenticator", &self.authenticator)
            .field("body_limit", &self.body_limit)
            .field("request_timeout", &self.request_timeout)
            .finish_non_exhaustive()
    }
}

fn system_time() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the door for whoever gives no clock")]
    let now = std::time::SystemTime::now();
    // A clock beyond the year 9999 has no better answer.
    Timestamp::try_from(now).unwrap_or(Timestamp::MAX)
}
