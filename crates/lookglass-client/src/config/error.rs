//! Why there is no config: [`ConfigError`].

use std::{io, path::PathBuf};

use thiserror::Error;

/// Why there is no config: which file, context and field, and what to do about it. None shows a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value that somebody gave cannot be used.
    #[error("{what} `{value}`: {problem}")]
    Value {
        /// What it is for.
        what: &'static str,
        /// The value; without a password.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A file that was asked for by name is not there.
    #[error("{}: there is no such kubeconfig; check the path that was given", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("{}: cannot be read; check who may", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl ConfigError {
    pub(super) fn server(url: &str, problem: &str) -> Self {
        Self::Value { what: "server", value: without_login(url), problem: problem.to_owned() }
    }

    pub(super) fn proxy(url: &str, problem: &str) -> Self {
        Self::Value { what: "proxy-url", value: without_login(url), problem: problem.to_owned() }
    }

    pub(super) fn impersonate(key: &str, problem: &str) -> Self {
        Self::Value { what: "impersonation", value: key.to_owned(), problem: problem.to_owned() }
    }

    pub(super) fn policy(entry: &str, problem: &str) -> Self {
        Self::Value { what: "allowlist of credential plugins", value: entry.to_owned(), problem: problem.to_owned() }
    }
}

/// A URL as it may be shown.
fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
    match rest.rsplit_once('@') {
        Some((_, place)) => format!("{scheme}[secret]@{place}"),
        None => url.to_owned(),
    }
}
