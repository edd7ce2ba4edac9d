//! What goes wrong, and what is done about it.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use lookglass_client::{BoxError, Error, with_causes};
use lookglass_object::{ResourceVersion, Status};
use thiserror::Error as ThisError;

/// What went wrong with a reflection.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ReflectorError {
    /// A request failed, or its answer broke off, or one object in it cannot be read.
    #[error(transparent)]
    Request {
        /// Why.
        #[from]
        source: Error,
    },
    /// The server ended the watch with an error.
    #[error("the server ended the watch: {status}")]
    Told {
        /// The server's words.
        status: Status,
    },
    /// Nothing has come for too long: no answer, or nothing more of a list.
    #[error("no answer for {after:?}; is something between here and the API server holding it up?")]
    NoAnswer {
        /// How long.
        after: Duration,
    },
    /// A streaming list did not come to its end. The server may not know streaming lists; it is asked for pages instead.
    #[error(
        "a streaming list of {objects} objects so far has not come to its end; the server is asked for pages instead"
    )]
    Unfinished {
        /// How many objects had come.
        objects: usize,
    },
    /// The watch ended at once, with nothing told.
    #[error(
        "the server ended the watch within a second, with nothing told; it may be shutting down, or a proxy is in between"
    )]
    VeryShort,
    /// The watch said nothing for too long. It may have died without a word.
    #[error("the watch has said nothing for {after:?}; it may have died unnoticed")]
    Silent {
        /// How long.
        after: Duration,
    },
    /// The server did not end the watch when it should.
    #[error("the server did not end the watch when it was asked to; it may have died unnoticed")]
    Overdue,
    /// The server's versions went back, as after a restore from a backup: what is known may not be true any more.
    #[error("the server's version went back from {seen} to {got}; was it restored from a backup?")]
    WentBack {
        /// What was seen before.
        seen: ResourceVersion,
        /// What came then.
        got: ResourceVersion,
    },
    /// A list without a version, or with `"0"`, which stands for any: nothing can be watched after it, so lists are all there is.
    #[error("a list without a resource version, after which nothing can be watched; does an API server answer there?")]
    NoVersion,
    /// A watch can be resumed only after a version that a server gave: after `""` or `"0"` it would tell what there is already as added, in any order.
    #[error("a watch cannot go on from the version {version:?}; list first, and watch from the version of the list")]
    NoStart {
        /// What was given as version.
        version: ResourceVersion,
    },
    /// What the changes are pushed into refused one.
    #[error("a change was refused by its receiver")]
    Rejected {
        /// Why.
        #[source]
        source: BoxError,
    },
}

impl ReflectorError {
    /// The server's words, if it refused or ended a watch with them.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Request { source } => source.status(),
            Self::Told { status } => Some(status),
            _ => None,
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self {
            Self::Request { source: Error::Refused { status, .. } } | Self::Told { status } => Cause::of(status),
            Self::Request {
                source: Error::Connection { .. } | Error::Proxy { .. } | Error::Busy { .. } | Error::Timeout { .. },
            } => Cause::Unreachable,
            Self::Request {
                source: Error::Credentials { .. } | Error::Untrusted { .. } | Error::Config { .. } | Error::NoTls { .. },
            } => Cause::Unprepared,
            Self::Request { source: Error::CutOff { .. } } => Cause::CutOff,
            Self::Request { source: Error::Item { .. } } => Cause::Unreadable,
            Self::NoAnswer { .. } | Self::Unfinished { .. } | Self::Silent { .. } | Self::Overdue => Cause::Silent,
            Self::VeryShort => Cause::CutOff,
            Self::WentBack { .. } => Cause::TooLargeVersion,
            Self::Rejected { .. } => Cause::Rejected,
            Self::NoStart { .. } => Cause::Unsupported,
            Self::Request { .. } | Self::NoVersion => Cause::Malformed,
        }
    }
}

/// What an error comes to: what a program may want to tell apart, and count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The version is too old: 410.
    Expired,
    /// The version is ahead of the server: it was restored from a backup, or another of several servers answers that lags behind.
    TooLargeVersion,
    /// The server asks for patience: 429, or an error with a time to wait.
    Overloaded,
    /// Credentials are missing or not accepted: 401.
    Unauthorized,
    /// A right is missing: 403.
    Forbidden,
    /// There is no such resource (yet): 404.
    Missing,
    /// What was asked for is not understood, by the server (400, 405, 406, 415, 422) or at all.
    Unsupported,
    /// Another error of the server.
    ServerError,
    /// Nobody answers, or only what stands before the server: a proxy, or 502, 503, 504. Or no connection was free.
    Unreachable,
    /// The client has not what a connection takes: credentials that can be had, trust in the server's certificate, a config, TLS.
    Unprepared,
    /// A connection broke, or ended at once.
    CutOff,
    /// Nothing came for too long.
    Silent,
    /// An answer that cannot be understood.
    Malformed,
    /// One object that cannot be read.
    Unreadable,
    /// The receiver of changes refused one.
    Rejected,
}

impl Cause {
    fn of(status: &Status) -> Self {
        if status.is_expired() {
            Self::Expired
        } else if status.is_too_large_resource_version() {
            Self::TooLargeVersion
        } else if status.is_unauthorized() {
            Self::Unauthorized
        } else if status.is_forbidden() {
            Self::Forbidden
        } else if status.is_not_found() {
            Self::Missing
        } else if status.is_too_many_requests() || status.retry_after().is_some() {
            Self::Overloaded
        } else if matches!(status.code(), 502..=504) {
            Self::Unreachable
        } else if matches!(status.code(), 400 | 405 | 406 | 415 | 422) {
            Self::Unsupported
        } else {
            Self::ServerError
        }
    }

    /// The name in metrics and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::TooLargeVersion => "too_large_version",
            Self::Overloaded => "overloaded",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Missing => "missing",
            Self::Unsupported => "unsupported",
            Self::ServerError => "server_error",
            Self::Unreachable => "unreachable",
            Self::Unprepared => "unprepared",
            Self::CutOff => "cut_off",
            Self::Silent => "silent",
            Self::Malformed => "malformed",
            Self::Unreadable => "unreadable",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is done about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// The stream goes on; a list at `next` is to repair what was missed.
    Repair,
    /// The watch goes on from the last version. Nothing is lost, and nothing is listed.
    Watch,
    /// The server is asked whether it still knows the last version; then the watch goes on from there.
    Probe,
    /// Everything is listed anew.
    List,
    /// Everything is listed anew, in pages instead of as a stream.
    Pages,
    /// Nothing: it ends with this.
    End,
}

/// Something that went wrong, and what is done about it; for [`on_error`](super::ReflectorBuilder::on_error) and [`Freshness`](super::Freshness).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong.
    pub error: Arc<ReflectorError>,
    /// When.
    pub at: Instant,
    /// What is done about it.
    pub remedy: Remedy,
    /// When that is done.
    pub next: Instant,
}

impl Failure {
    /// What the error comes to.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.error.cause()
    }
}

/// The error with its causes, and what is done: one line for a log.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_causes(&*self.error))?;
        let wait = self.next.saturating_duration_since(self.at);
        let what = match self.remedy {
            Remedy::Repair => "the stream goes on, and everything is listed anew",
            Remedy::Watch => "watching on",
            Remedy::Probe => "asking whether the version still holds",
            Remedy::List => "listing anew",
            Remedy::Pages => "listing in pages",
            Remedy::End => return write!(f, "; this is the end"),
        };
        if wait.is_zero() { write!(f, "; {what} now") } else { write!(f, "; {what} in {:.1} s", wait.as_secs_f64()) }
    }
}
