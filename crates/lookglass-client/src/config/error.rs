//! Why there is no config: [`ConfigError`].

use std::{
    fmt::{self, Write as _},
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::Kubeconfig;
use crate::error::with_causes;

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
    #[error("{}: the kubeconfig cannot be read; check who may", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what it has to be.
    #[error("{}{}: {problem}", Place(path.as_deref()), line(*at))]
    Syntax {
        /// Which, unless it was a text without a file.
        path: Option<PathBuf>,
        /// Line and column, from 1.
        at: Option<(u64, u64)>,
        /// What is wrong.
        problem: String,
    },
    /// A field of a file holds something else than it has to.
    #[error("{}: {}: {problem}", Place(path.as_deref()), if field.is_empty() { "the file" } else { field })]
    Field {
        /// Which file, unless it was a text without one.
        path: Option<PathBuf>,
        /// The way to the field: `users[2].user.exec.args`.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// Two entries of one file have one name.
    #[error("{}: there are two {kind}s named `{name}`; rename or remove one", Place(path.as_deref()))]
    Duplicate {
        /// Which file, unless it was a text without one.
        path: Option<PathBuf>,
        /// What they are: `cluster`, `user`, `context`.
        kind: &'static str,
        /// Their name.
        name: String,
    },
    /// Some files cannot be used. The others are.
    #[error("{}", Lines("some kubeconfig files cannot be used:", &errors.iter().map(|error| with_causes(error)).collect::<Vec<_>>()))]
    Files {
        /// What is wrong, file by file.
        errors: Vec<Self>,
        /// What the other files say together.
        others: Box<Kubeconfig>,
    },
    /// Nothing says where the cluster is.
    #[error(
        "{}{}; set KUBECONFIG or name a file, a context or a server",
        context.as_ref().map_or("no kubeconfig says where the cluster is".to_owned(), |name| format!("context `{name}` names no cluster")),
        looked(tried)
    )]
    Empty {
        /// The context that names no cluster, if one was chosen.
        context: Option<String>,
        /// The files that were looked for.
        tried: Vec<PathBuf>,
    },
    /// There are contexts, and none is the current one.
    #[error("no context is chosen; name one of {}, or set one with `kubectl config use-context`", names(known.iter()))]
    NoContext {
        /// The contexts that there are.
        known: Vec<String>,
    },
    /// There is no context of that name.
    #[error("there is no context `{name}`{}; {}", in_files(files), one_of(known.iter()))]
    ContextNotFound {
        /// The name.
        name: String,
        /// Where it was looked for.
        files: Vec<PathBuf>,
        /// The contexts that there are.
        known: Vec<String>,
    },
    /// The entries of a context cannot be used.
    #[error("{}", Lines(&of_context(context.as_deref()), problems))]
    Invalid {
        /// Which, if one was chosen.
        context: Option<String>,
        /// Everything that is wrong.
        problems: Vec<Problem>,
    },
    /// This is not a pod.
    #[error(
        "not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; outside of a pod, use a kubeconfig"
    )]
    NotInCluster,
    /// This is a pod, and its service account cannot be used.
    #[error(
        "{}: the service account's token cannot be used; is `automountServiceAccountToken` off, or may this user not read it?",
        path.display()
    )]
    ServiceAccount {
        /// The token's file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another crate's config says something that this one cannot take, or cannot be told something.
    #[error("{what}: {problem}")]
    Foreign {
        /// What.
        what: &'static str,
        /// Why not.
        problem: String,
    },
}

/// Something that is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file that the entry comes from, if any.
    pub file: Option<PathBuf>,
    /// The entry: ``user `jane` ``.
    pub entry: String,
    /// The field: `exec.command`.
    pub field: &'static str,
    /// What is wrong, and what to do.
    pub problem: String,
}

/// What is odd about a config, and does not keep it from working.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// `KUBECONFIG` names only files that are not there.
    #[error("KUBECONFIG names only files that are not there: {}", paths(files))]
    MissingFiles {
        /// Which.
        files: Vec<PathBuf>,
    },
    /// The server has no TLS, so the kubeconfig's credentials stay here, as with kubectl.
    #[error("credentials of user `{user}` are not sent to {server}, which has no TLS; use https")]
    CredentialsWithoutTls {
        /// Whose.
        user: String,
        /// Whither they are not sent.
        server: String,
    },
    /// A pod's authority cannot be used; that of the machine is.
    #[error("{}: the service account's certificate authority cannot be used: {problem}", path.display())]
    ServiceAccountCa {
        /// Its file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// This is a pod, and its service account cannot be used, so a kubeconfig was.
    #[error("the service account was to be used first, and cannot be: {problem}")]
    NotTheServiceAccount {
        /// Why.
        problem: String,
    },
    /// A variable of the environment cannot be understood, and is left alone.
    #[error("{variable}: {problem}")]
    Variable {
        /// Which.
        variable: &'static str,
        /// Why.
        problem: String,
    },
}

impl ConfigError {
    /// Whether nothing says where the cluster is, so that another source may be asked. client-go's `IsEmptyConfig`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty { .. } | Self::NoContext { .. })
    }

    /// Whether the context that was asked for is not there. client-go's `IsContextNotFound`.
    #[must_use]
    pub fn is_context_not_found(&self) -> bool {
        matches!(self, Self::ContextNotFound { .. })
    }

    /// Whether this is not a pod. client-go's `ErrNotInCluster`.
    #[must_use]
    pub fn is_not_in_cluster(&self) -> bool {
        matches!(self, Self::NotInCluster)
    }

    pub(super) fn value(what: &'static str, value: &str, problem: impl Into<String>) -> Self {
        Self::Value { what, value: without_login(value), problem: problem.into() }
    }

    pub(super) fn syntax(path: Option<&Path>, at: Option<(u64, u64)>, problem: &str) -> Self {
        Self::Syntax { path: path.map(Path::to_owned), at, problem: problem.to_owned() }
    }

    pub(super) fn field(path: Option<&Path>, field: &str, problem: &str) -> Self {
        Self::Field { path: path.map(Path::to_owned), field: field.to_owned(), problem: problem.to_owned() }
    }

    /// What a person reads after "file: field:".
    pub(super) fn problem(&self) -> String {
        match self {
            Self::Value { value, problem, .. } => format!("`{value}`: {problem}"),
            other => with_causes(other),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        write!(f, "{}: ", self.entry)?;
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.problem)
    }
}

/// A file, or the text that stands for one.
struct Place<'a>(Option<&'a Path>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(path) => path.display().fmt(f),
            None => f.write_str("the kubeconfig"),
        }
    }
}

/// A line, and one for each of several.
struct Lines<'a, T>(&'a str, &'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)?;
        self.1.iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

fn of_context(context: Option<&str>) -> String {
    match context {
        Some(context) => format!("context `{context}` cannot be used:"),
        None => "the config cannot be used:".to_owned(),
    }
}

fn line(at: Option<(u64, u64)>) -> String {
    at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default()
}

fn paths(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn looked(tried: &[PathBuf]) -> String {
    if tried.is_empty() { String::new() } else { format!(" (looked at {})", paths(tried)) }
}

fn in_files(files: &[PathBuf]) -> String {
    if files.is_empty() { String::new() } else { format!(" in {}", paths(files)) }
}

/// How many names a message lists.
const SHOWN: usize = 10;

fn names<'a>(all: impl ExactSizeIterator<Item = &'a String>) -> String {
    let more = all.len().saturating_sub(SHOWN);
    let mut text = String::new();
    for (index, name) in all.take(SHOWN).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        _ = write!(text, "{comma}`{name}`");
    }
    if more > 0 {
        _ = write!(text, " and {more} more");
    }
    text
}

/// What there is of what was looked for.
pub(super) fn one_of<'a>(known: impl ExactSizeIterator<Item = &'a String>) -> String {
    if known.len() == 0 { "there is none at all".to_owned() } else { format!("there is {}", names(known)) }
}

/// A URL as it may be shown.
pub(super) fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (&url[..scheme.len() + 3], rest));
    match rest.rsplit_once('@') {
        Some((_, place)) => format!("{scheme}[secret]@{place}"),
        None => url.to_owned(),
    }
}
