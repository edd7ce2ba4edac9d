//! What the tour has asked of the server: [`Requests`].

use std::sync::atomic::{AtomicU64, Ordering};

use lookglass::client::{Answered, BodyEnded, RequestLabels, RequestObserver};

/// Counts requests and the bytes of their answers. Any client can be given one.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    answered: AtomicU64,
    bytes: AtomicU64,
}

impl Requests {
    pub(crate) fn count(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Of answers that have been read to their end, or as far as anybody cared.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

impl RequestObserver for Requests {
    fn answered(&self, _: &RequestLabels, _: &Answered) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    fn ended(&self, _: &RequestLabels, body: &BodyEnded) {
        self.bytes.fetch_add(body.bytes_in, Ordering::Relaxed);
    }
}
