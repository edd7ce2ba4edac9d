//! The client's own rate limit: [`Pace`].

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use lookglass_workqueue::{Bucket, RateLimiter as _};
use tokio::{
    sync::{Mutex, MutexGuard},
    time::{Instant, sleep},
};

use crate::config::Rate;

/// A wait that somebody may wonder about: client-go's.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// Lets requests through one after the other, in the order in which they came. Only the first in line takes a token, and gives it back if it is dropped before its time: so
/// those that were dropped cost the others nothing.
pub(super) struct Pace(Mutex<Bucket>);

impl Pace {
    pub(super) fn new(rate: Rate) -> Self {
        Self(Mutex::new(Bucket::per_second(rate.per_second, rate.burst)))
    }

    /// Waits until another request may go; says how long that was.
    pub(super) async fn turn(&self, request: &Request<Bytes>) -> Duration {
        let came = Instant::now();
        let mut bucket = self.0.lock().await;
        let before = bucket.clone();
        let wait = bucket.when(&(), Instant::now().into_std());
        if !wait.is_zero() {
            let (method, path, held) = (request.method(), request.uri().path(), came.elapsed().saturating_add(wait));
            if held > LONG_WAIT {
                tracing::info!(wait = ?held, %method, path, "waiting for the client's own rate limit, not for the server");
            }
            let mut taken = Taken { bucket, before: Some(before) };
            sleep(wait).await;
            taken.before = None;
        }
        came.elapsed()
    }
}

/// A token whose time has not come.
struct Taken<'a> {
    bucket: MutexGuard<'a, Bucket>,
    /// The bucket without it being taken.
    before: Option<Bucket>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            *self.bucket = before;
        }
    }
}
