//! Settings: [`DiscoveryBuilder`].

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use super::{Discovery, Shared, openapi::Documents};
use crate::Client;

/// Makes a [`Discovery`]; from [`Discovery::builder`], which lists the defaults.
pub struct DiscoveryBuilder {
    client: Client,
    retry_failures_after: Duration,
    concurrency: usize,
}

impl DiscoveryBuilder {
    pub(super) fn new(client: Client) -> Self {
        Self { client, retry_failures_after: Duration::from_secs(10), concurrency: 16 }
    }

    /// How long what failed in part is taken for failed: the first use after that asks again. Without a pause each lookup would cost a request as long as some
    /// aggregated API is down.
    #[must_use]
    pub fn retry_failures_after(self, pause: Duration) -> Self {
        Self { retry_failures_after: pause, ..self }
    }

    /// How many requests go out at a time to a server that has to be asked version by version; at least one.
    #[must_use]
    pub fn concurrency(self, requests: usize) -> Self {
        Self { concurrency: requests.max(1), ..self }
    }

    /// The discovery. It asks nothing yet.
    #[must_use]
    pub fn build(self) -> Discovery {
        let Self { client, retry_failures_after, concurrency } = self;
        let shared = Shared {
            client,
            retry_failures_after,
            concurrency,
            ticket: AtomicU64::new(0),
            known: Default::default(),
            asking: Default::default(),
            documents: Documents::default(),
        };
        Discovery { shared: Arc::new(shared) }
    }
}

impl fmt::Debug for DiscoveryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiscoveryBuilder")
            .field("retry_failures_after", &self.retry_failures_after)
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
