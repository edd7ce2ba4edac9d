//! What can go wrong with an informer.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lookglass_cache::{BoxError, StoreError};
use lookglass_client::with_causes;
use lookglass_object::{Gvr, Key, PathError, ResourceVersion};
use thiserror::Error;

use crate::processor::HandlerError;
use crate::reflector::{Failure, Phase};

/// Something that went wrong while an informer ran. It runs on: this is told to the error hook, and counted.
///
/// Its words say everything, with the causes, in one line for a log; so it has no `source()`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InformerError {
    /// A list or a watch failed; the failure says what is done about it.
    #[error("{}{failure}", Place(.namespace))]
    Reflector {
        /// The namespace of the watch, if it has one.
        namespace: Option<Arc<str>>,
        /// What went wrong.
        failure: Failure,
    },
    /// A handler failed for an event. It is given the next one.
    #[error("subscriber {subscriber}, {key}: {}", with_causes(error))]
    Handler {
        /// The subscriber.
        subscriber: Arc<str>,
        /// The object of the event.
        key: Key,
        /// What the handler did.
        error: HandlerError,
    },
    /// An index function failed for an object, which is not in that index now.
    #[error("index {index}, {key}: {reason}")]
    Index {
        /// The index.
        index: Arc<str>,
        /// The object.
        key: Key,
        /// What the function did.
        reason: String,
    },
    /// The informer's own work panicked, and the informer has stopped. That is a fault of this library, or of a layer that the
    /// client was given: report it. The informer can be started anew.
    #[error("the informer panicked and has stopped: {message}")]
    Crashed {
        /// What the panic said.
        message: String,
    },
    /// An object cannot be kept in the form asked for, and is kept as its bytes. Asking for it typed gives the reason again.
    #[error("{key} is kept as its bytes: {}", with_causes(&**error))]
    Unconverted {
        /// The object.
        key: Key,
        /// Why.
        error: BoxError,
    },
}

/// ` in namespace n`, in front of what went wrong there.
struct Place<'a>(&'a Option<Arc<str>>);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(namespace) => write!(f, "namespace {namespace}: "),
            None => Ok(()),
        }
    }
}

/// Is told of everything that goes wrong.
#[derive(Clone)]
pub(crate) struct ErrorHook {
    hook: Arc<dyn Fn(&InformerError) + Send + Sync>,
    told: Arc<AtomicU64>,
}

impl ErrorHook {
    pub(crate) fn new(hook: impl Fn(&InformerError) + Send + Sync + 'static) -> Self {
        Self { hook: Arc::new(hook), told: Arc::default() }
    }

    /// By default, the log.
    pub(crate) fn log() -> Self {
        Self::new(|error| tracing::warn!(%error, "informer"))
    }

    pub(crate) fn tell(&self, error: &InformerError) {
        if !matches!(error, InformerError::Reflector { .. }) {
            // Relaxed: a number for people.
            self.told.fetch_add(1, Ordering::Relaxed);
        }
        // A hook that panics must not end a watch. There is nobody left to tell.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (self.hook)(error))));
    }

    /// How often it was told of something but the failures of watches, which those count.
    pub(crate) fn told(&self) -> u64 {
        self.told.load(Ordering::Relaxed)
    }
}

/// An informer did not sync in time.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The initial state was not there within the time. The informer goes on trying; what it has so far can be read.
    #[error("{} not synced after {waited:?}{}", .resource.group_resource(), List(.missing))]
    TimedOut {
        /// The resource.
        resource: Gvr,
        /// How long was waited.
        waited: Duration,
        /// The watches that are missing, and why.
        missing: Vec<Unsynced>,
    },
    /// The informer was stopped.
    #[error("{} cannot sync: the informer was stopped; start it again, and wait for that", .resource.group_resource())]
    Stopped {
        /// The resource.
        resource: Gvr,
    },
}

impl SyncError {
    /// The watches that are missing, and why; none when the informer was stopped.
    #[must_use]
    pub fn missing(&self) -> &[Unsynced] {
        match self {
            Self::TimedOut { missing, .. } => missing,
            Self::Stopped { .. } => &[],
        }
    }
}

/// A watch whose initial state is not there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unsynced {
    /// Its namespace, if it has one.
    pub namespace: Option<Arc<str>>,
    /// What it is doing.
    pub phase: Phase,
    /// What went wrong last, if anything did.
    pub last_failure: Option<Arc<Failure>>,
}

impl fmt::Display for Unsynced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Place(&self.namespace), self.phase)?;
        match &self.last_failure {
            Some(failure) => write!(f, ", last error: {failure}"),
            None => Ok(()),
        }
    }
}

struct List<'a>(&'a [Unsynced]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, missing) in self.0.iter().enumerate() {
            write!(f, "{} {missing}", if number == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

/// Why an index was not added.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IndexAddError {
    /// The path is none.
    #[error(transparent)]
    Path(#[from] PathError),
    /// There is an index of that name already.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why an index was not removed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IndexRemoveError {
    /// The informer itself reads it.
    #[error("the index `namespace` is always there: listers and watches of one namespace read it")]
    AlwaysThere,
    /// There is no index of that name.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The informer did not get to a version in time.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WaitError {
    /// It is not there yet. Try again, or read what there is.
    #[error("version {wanted} not reached after {waited:?}; the informer is at {}", Versions(.reached))]
    TimedOut {
        /// The version that was waited for.
        wanted: ResourceVersion,
        /// How long was waited.
        waited: Duration,
        /// How far the watches have got, each with its namespace if it has one.
        reached: Vec<(Option<Arc<str>>, ResourceVersion)>,
    },
    /// The version is none that could be compared with others.
    #[error("version {wanted:?} cannot be compared; wait for one that an API server gave")]
    Incomparable {
        /// The version that was to be waited for.
        wanted: ResourceVersion,
    },
    /// No watch of this informer covers the namespace.
    #[error("the informer does not watch namespace {namespace}")]
    NotWatched {
        /// The namespace.
        namespace: Arc<str>,
    },
    /// The informer was stopped.
    #[error("the informer was stopped")]
    Stopped,
}

struct Versions<'a>(&'a [(Option<Arc<str>>, ResourceVersion)]);

impl fmt::Display for Versions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (namespace, version)) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            match namespace {
                Some(namespace) => write!(f, "{comma}{version:?} in {namespace}")?,
                None => write!(f, "{comma}{version:?}")?,
            }
        }
        Ok(())
    }
}
