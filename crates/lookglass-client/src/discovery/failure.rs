//! What could not be learned, and why: [`Failure`].

use std::sync::Arc;

use lookglass_object::GroupVersion;

use crate::Error;

/// Why nothing is known of one version of a group, while everything else is. Mostly the server behind an aggregated API is down.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server itself has lost sight of it; what it says of it is out of date and left out.
    #[error(
        "{group_version}: what the server knows of it is out of date; is the service behind it (`kubectl get apiservices`) up?"
    )]
    Stale {
        /// Which.
        group_version: GroupVersion,
    },
    /// It was asked, and did not say.
    #[error("{group_version}: its resources cannot be listed")]
    Unanswered {
        /// Which.
        group_version: GroupVersion,
        /// What came instead.
        #[source]
        error: Arc<Error>,
    },
}

impl Failure {
    /// Of what nothing is known.
    #[must_use]
    pub fn group_version(&self) -> &GroupVersion {
        match self {
            Self::Stale { group_version } | Self::Unanswered { group_version, .. } => group_version,
        }
    }
}

/// The same version, failing in the same way; whatever the error says.
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.group_version() == other.group_version()
    }
}
