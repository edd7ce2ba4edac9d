//! The requests so far: [`RequestLog`].

use std::{collections::VecDeque, sync::Arc};

use http::Request;
use jiff::Timestamp;
use parking_lot::Mutex;

use super::clock::Clock;
use crate::fault::Asked;

/// A request that was answered, or given up. There is nothing secret in it: no headers but the user agent, no bodies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it came, by the server's clock.
    pub at: Timestamp,
    /// `GET`.
    pub method: String,
    /// `/api/v1/pods`. Like the other texts, at most 1,024 bytes of it.
    pub path: String,
    /// What stands behind the question mark; empty if nothing does.
    pub query: String,
    /// Who asked, as it calls itself.
    pub user_agent: String,
    /// The code of the answer; of a watch when it began. `None` if the client gave up before, or the connection was cut.
    pub code: Option<u16>,
}

/// The last requests, in the order in which they were answered.
#[derive(Debug)]
pub(super) struct RequestLog {
    size: usize,
    records: Mutex<VecDeque<RequestRecord>>,
}

/// A request on its way; it is written down when it is answered, or dropped.
pub(super) struct Pending {
    log: Arc<RequestLog>,
    asked: Asked,
    at: Timestamp,
    code: Option<u16>,
}

impl RequestLog {
    pub(super) fn new(size: usize) -> Self {
        Self { size, records: Mutex::default() }
    }

    pub(super) fn begin<R>(self: &Arc<Self>, request: &Request<R>, clock: &Clock) -> Option<Pending> {
        (self.size > 0).then(|| Pending { log: Arc::clone(self), asked: Asked::of(request), at: clock(), code: None })
    }

    pub(super) fn records(&self) -> Vec<RequestRecord> {
        self.records.lock().iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        self.records.lock().clear();
    }
}

impl Pending {
    pub(super) fn answered(mut self, code: u16) {
        self.code = Some(code);
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Asked { method, uri, user_agent } = &self.asked;
        let user_agent = user_agent.as_ref().map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        let record = RequestRecord {
            at: self.at,
            method: cut(method.as_str()).to_owned(),
            path: cut(uri.path()).to_owned(),
            query: cut(uri.query().unwrap_or_default()).to_owned(),
            user_agent: cut(&user_agent.unwrap_or_default()).to_owned(),
            code: self.code,
        };
        let mut records = self.log.records.lock();
        if records.len() == self.log.size {
            records.pop_front();
        }
        records.push_back(record);
    }
}

/// The beginning of a text: nobody makes logs and errors large by long ones.
pub(super) fn cut(text: &str) -> &str {
    let mut end = text.len().min(1024);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
