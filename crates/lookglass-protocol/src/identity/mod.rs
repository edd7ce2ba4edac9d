//! Who a request comes from: certificates, tokens, nobody.
//!
//! An [`Authenticator`] is asked once for each request, before anything else is looked at. What it knows of the other side it takes from two
//! places: the [`Peer`] that the transport put into the request's extensions (a verified client certificate, or a caller in this process), and
//! the `Authorization` header. Then it follows `Impersonate-*` headers. It answers with a [`Caller`], or with the 401 that makes clients ask
//! for new credentials. What the caller may do is not its business.
//!
//! # Cost
//!
//! A map lookup and a hash for a token; the strings of the [`Caller`] are made anew for each request.

mod certificate;
mod impersonation;
#[cfg(test)]
mod tests;
mod user;

use std::{collections::BTreeMap, fmt, sync::Arc};

use http::{HeaderMap, HeaderValue, header, request::Parts};
use lookglass_object::Status;
use sha2::{Digest as _, Sha256};

pub use self::user::{Peer, User};
use crate::Caller;

/// Tells who a request comes from. Clones share one table.
///
/// ```
/// use http::Request;
/// use lookglass_protocol::identity::{Authenticator, User};
///
/// let authenticator = Authenticator::builder().token("s3cret", User::new("jane").in_group("developers")).build();
/// let ask = |token: &str| {
///     let request = Request::get("/api/v1/pods").header("Authorization", format!("Bearer {token}")).body(()).unwrap();
///     authenticator.authenticate(&mut request.into_parts().0)
/// };
/// let caller = ask("s3cret")?;
/// assert_eq!(caller.user, "jane");
/// assert_eq!(caller.groups, ["developers", "system:authenticated"]);
/// assert!(ask("guessed").unwrap_err().is_unauthorized());
/// # Ok::<(), lookglass_object::Status>(())
/// ```
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

struct Inner {
    /// By the hash of the token: neither a memory dump of this table nor the time of a lookup tells a token.
    tokens: BTreeMap<[u8; 32], User>,
    anonymous: Anonymous,
    impersonation: bool,
}

/// What a request without credentials may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Anonymous {
    /// Nothing.
    Refused,
    /// What load balancers ask: `/healthz`, `/livez`, `/readyz` with what is below them, and `/version`.
    #[default]
    Health,
    /// Everything, as [`Caller::ANONYMOUS`].
    Everything,
}

/// Makes an [`Authenticator`].
///
/// Defaults:
///
/// - tokens: none;
/// - anonymous requests: [`Anonymous::Health`], as a real server set up with care;
/// - impersonation: followed, since whoever is let in here may do everything.
#[derive(Default)]
pub struct AuthenticatorBuilder {
    tokens: BTreeMap<[u8; 32], User>,
    anonymous: Anonymous,
    impersonation_refused: bool,
}

impl Authenticator {
    /// A builder with its defaults.
    #[must_use]
    pub fn builder() -> AuthenticatorBuilder {
        AuthenticatorBuilder::default()
    }

    /// Who a request comes from. The `Authorization` header is taken out of the request, so that nothing after this can tell it on.
    ///
    /// A [`Peer`] with a user counts before a token, as a client certificate does on a real server.
    ///
    /// # Errors
    ///
    /// 401 `Unauthorized` for an unknown token and for anonymous requests beyond what they may ask; 400 and 403 for impersonation headers that
    /// cannot be followed.
    pub fn authenticate(&self, request: &mut Parts) -> Result<Caller, Status> {
        let token = take_token(&mut request.headers);
        let peer = request.extensions.get::<Peer>().and_then(Peer::user);
        let user = match (peer, token) {
            (Some(user), _) => user.clone().authenticated(),
            (None, Some(token)) => self.by_token(&token).ok_or_else(unauthorized)?.clone().authenticated(),
            (None, None) if self.0.anonymous.allows(request.uri.path()) => User::anonymous(),
            (None, None) => return Err(unauthorized()),
        };
        let user = impersonation::follow(user, &mut request.headers, self.0.impersonation)?;
        let agent = request.headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        Ok(user.into_caller(String::from_utf8_lossy(agent).into_owned()))
    }

    fn by_token(&self, token: &[u8]) -> Option<&User> {
        self.0.tokens.get(&digest(token))
    }
}

impl Default for Authenticator {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("tokens", &self.0.tokens.len())
            .field("anonymous", &self.0.anonymous)
            .field("impersonation", &self.0.impersonation)
            .finish()
    }
}

impl AuthenticatorBuilder {
    /// Whoever shows this token is this user.
    #[must_use]
    pub fn token(mut self, token: impl AsRef<[u8]>, user: User) -> Self {
        self.tokens.insert(digest(token.as_ref()), user);
        self
    }

    /// What requests without credentials may ask for.
    #[must_use]
    pub fn anonymous(mut self, anonymous: Anonymous) -> Self {
        self.anonymous = anonymous;
        self
    }

    /// Whether `Impersonate-*` headers are followed. If not, a request that has any is refused with 403: to ignore them would be to act as
    /// somebody else than the client means.
    #[must_use]
    pub fn impersonation(mut self, followed: bool) -> Self {
        self.impersonation_refused = !followed;
        self
    }

    /// The authenticator.
    #[must_use]
    pub fn build(self) -> Authenticator {
        let Self { tokens, anonymous, impersonation_refused } = self;
        Authenticator(Arc::new(Inner { tokens, anonymous, impersonation: !impersonation_refused }))
    }
}

impl fmt::Debug for AuthenticatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticatorBuilder").field("tokens", &self.tokens.len()).finish_non_exhaustive()
    }
}

impl Anonymous {
    fn allows(self, path: &str) -> bool {
        match self {
            Self::Refused => false,
            Self::Everything => true,
            Self::Health => {
                let mut segments = path.split('/');
                let rooted = segments.next() == Some("");
                path == "/version" || rooted && segments.next().is_some_and(|first| HEALTH.contains(&first))
            }
        }
    }
}

const HEALTH: [&str; 3] = ["healthz", "livez", "readyz"];

/// The token of an `Authorization: Bearer` header, which is removed. Other schemes count as no credentials, as does an empty token.
fn take_token(headers: &mut HeaderMap) -> Option<Vec<u8>> {
    let value = headers.remove(header::AUTHORIZATION)?;
    let (scheme, rest) = value.as_bytes().trim_ascii().split_at_checked("bearer ".len())?;
    let token = rest.split(|byte| *byte == b' ').next()?;
    (scheme.eq_ignore_ascii_case(b"bearer ") && !token.is_empty()).then(|| token.to_vec())
}

fn digest(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The answer from which clients learn that they need other credentials.
fn unauthorized() -> Status {
    Status::unauthorized("Unauthorized")
}
