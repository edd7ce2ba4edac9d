//! What a pod has written: [`LogOptions`], [`Logs`].

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use http_body::Body as _;
use jiff::Timestamp;

use crate::{Error, client::Body, list_watch::options::Query};

/// What is asked of the logs of a pod. Defaults:
///
/// * [`container`](Self::container): the only one, or the one that the pod's annotation names;
/// * [`since`](Self::since), [`since_time`](Self::since_time), [`tail`](Self::tail), [`limit_bytes`](Self::limit_bytes): all that there is;
/// * [`previous`](Self::previous), [`timestamps`](Self::timestamps): no.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogOptions {
    /// Which container.
    pub container: Option<String>,
    /// Whether the run of the container before this one is meant.
    pub previous: bool,
    /// Only what was written in this last time.
    pub since: Option<Duration>,
    /// Only what was written since then.
    pub since_time: Option<Timestamp>,
    /// Only so many of the last lines.
    pub tail: Option<u64>,
    /// Only so many bytes, and a little more.
    pub limit_bytes: Option<u64>,
    /// Whether each line begins with its time.
    pub timestamps: bool,
}

impl LogOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Which container.
    #[must_use]
    pub fn container(self, name: &str) -> Self {
        Self { container: Some(name.to_owned()), ..self }
    }

    /// Whether the run of the container before this one is meant.
    #[must_use]
    pub fn previous(self, previous: bool) -> Self {
        Self { previous, ..self }
    }

    /// Only what was written in this last time, in whole seconds.
    #[must_use]
    pub fn since(self, since: Duration) -> Self {
        Self { since: Some(since), ..self }
    }

    /// Only what was written since then.
    #[must_use]
    pub fn since_time(self, time: Timestamp) -> Self {
        Self { since_time: Some(time), ..self }
    }

    /// Only so many of the last lines.
    #[must_use]
    pub fn tail(self, lines: u64) -> Self {
        Self { tail: Some(lines), ..self }
    }

    /// Only so many bytes, and a little more.
    #[must_use]
    pub fn limit_bytes(self, bytes: u64) -> Self {
        Self { limit_bytes: Some(bytes), ..self }
    }

    /// Whether each line begins with its time.
    #[must_use]
    pub fn timestamps(self, timestamps: bool) -> Self {
        Self { timestamps, ..self }
    }

    pub(super) fn query(&self, query: &mut Query) {
        let mut add = |name, value: Option<String>| {
            if let Some(value) = value {
                query.add(name, &value);
            }
        };
        let yes = |wanted: bool| wanted.then(|| "true".to_owned());
        add("container", self.container.clone());
        add("previous", yes(self.previous));
        add("sinceSeconds", self.since.map(|since| since.as_secs().max(1).to_string()));
        add("sinceTime", self.since_time.map(|time| time.to_string()));
        add("tailLines", self.tail.map(|lines| lines.to_string()));
        add("limitBytes", self.limit_bytes.map(|bytes| bytes.to_string()));
        add("timestamps", yes(self.timestamps));
    }
}

/// What a pod writes, line by line, until its container ends or the connection breaks. A [`Stream`] as well; dropping it closes it.
///
/// A line longer than a mebibyte comes in pieces of that. What is no text is replaced.
pub struct Logs {
    what: String,
    body: Option<Body>,
    held: Vec<u8>,
    /// How much of `held` has been handed out.
    at: usize,
    /// How much of `held` is known to have no end of a line behind that.
    looked: usize,
}

/// Kubelets cut at 16 KiB what containers write as one line, and put the pieces together again.
const LONGEST: usize = 1 << 20;

impl Logs {
    pub(super) fn new(what: String, body: Body) -> Self {
        Self { what, body: Some(body), held: Vec::new(), at: 0, looked: 0 }
    }

    /// The next line, without its end.
    ///
    /// # Errors
    ///
    /// The connection broke; then nothing more comes.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what has come stays for the next call.
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The first line of what is held, if it is whole.
    fn line(&mut self) -> Option<String> {
        let end = memchr::memchr(b'\n', &self.held[self.looked..]).map(|end| self.looked + end);
        let (end, next) = match end {
            Some(end) if end - self.at <= LONGEST => (end, end + 1),
            _ if self.held.len() - self.at >= LONGEST => (self.at + LONGEST, self.at + LONGEST),
            _ => {
                self.looked = self.held.len();
                return None;
            }
        };
        let line = &self.held[self.at..end];
        let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned();
        (self.at, self.looked) = (next, next);
        Some(line)
    }

    /// Takes what has come behind what is left.
    fn take(&mut self, data: &[u8]) {
        self.held.drain(..self.at);
        self.looked -= self.at;
        self.at = 0;
        self.held.extend_from_slice(data);
    }
}

impl Stream for Logs {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(line) = self.line() {
                return Poll::Ready(Some(Ok(line)));
            }
            let Some(body) = &mut self.body else { return Poll::Ready(None) };
            match ready!(Pin::new(body).poll_frame(cx)) {
                Some(Ok(frame)) => self.take(&frame.into_data().unwrap_or_default()),
                Some(Err(error)) => {
                    self.body = None;
                    return Poll::Ready(Some(Err(Error::cut_off(&self.what, error))));
                }
                None => {
                    self.body = None;
                    // The last line need not have an end; it is no longer than the longest.
                    if self.at < self.held.len() {
                        self.take(b"\n");
                        self.looked = 0;
                    }
                }
            }
        }
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("what", &self.what).field("open", &self.body.is_some()).finish_non_exhaustive()
    }
}
