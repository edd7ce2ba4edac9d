//! A name and its groups: [`User`]; and what the transport knows of the other side: [`Peer`].

use std::net::SocketAddr;

use super::certificate;
use crate::Caller;

/// Somebody: a name, and the groups it is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct User {
    /// `jane`, `system:admin`, `system:serviceaccount:prod:web`.
    pub name: String,
    /// `system:masters`.
    pub groups: Vec<String>,
}

impl User {
    /// The group of everybody who showed credentials.
    pub const AUTHENTICATED: &'static str = "system:authenticated";
    /// The group of those who did not.
    pub const UNAUTHENTICATED: &'static str = "system:unauthenticated";
    /// The group that may do everything.
    pub const MASTERS: &'static str = "system:masters";

    /// A user in no group.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), groups: Vec::new() }
    }

    /// The one who may do everything: `system:admin` of the group [`MASTERS`](Self::MASTERS).
    #[must_use]
    pub fn admin() -> Self {
        Self::new("system:admin").in_group(Self::MASTERS)
    }

    /// Nobody in particular.
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new(Caller::ANONYMOUS).in_group(Self::UNAUTHENTICATED)
    }

    /// The same in one more group; twice in one counts once.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        let group = group.into();
        if !self.groups.contains(&group) {
            self.groups.push(group);
        }
        self
    }

    /// The user that a certificate names: its common name, in the groups that are its organisations. `None` if it names nobody or is no
    /// certificate.
    ///
    /// Nothing is verified here; whoever calls this has verified the certificate.
    #[must_use]
    pub fn from_certificate(der: &[u8]) -> Option<Self> {
        certificate::subject(der)
    }

    pub(super) fn authenticated(self) -> Self {
        self.in_group(Self::AUTHENTICATED)
    }

    pub(super) fn into_caller(self, user_agent: String) -> Caller {
        Caller { user: self.name, groups: self.groups, user_agent }
    }
}

/// What the transport knows of the other side of a connection. It is put into the extensions of each request; a request that has none comes
/// from nowhere in particular and has shown no certificate.
#[derive(Debug, Clone, Default)]
pub struct Peer {
    user: Option<User>,
    remote: Option<SocketAddr>,
    local: Option<SocketAddr>,
}

impl Peer {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// This user, for certain: a verified certificate, or code in this process.
    #[must_use]
    pub fn with_user(mut self, user: User) -> Self {
        self.user = Some(user);
        self
    }

    /// The two ends of the connection.
    #[must_use]
    pub fn between(mut self, remote: SocketAddr, local: SocketAddr) -> Self {
        (self.remote, self.local) = (Some(remote), Some(local));
        self
    }

    /// Who it is, if that is certain.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// Where the client is.
    #[must_use]
    pub fn remote(&self) -> Option<SocketAddr> {
        self.remote
    }

    /// Where it found the server.
    #[must_use]
    pub fn local(&self) -> Option<SocketAddr> {
        self.local
    }
}
