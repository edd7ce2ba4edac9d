//! What an API server answers instead of an object: [`Status`].

mod build;
mod convert;
mod reason;

use std::{fmt, time::Duration};

use kube_core::ListMeta;
use serde::{Deserialize, Serialize};

pub use reason::Reason;

/// The outcome of a request as the API says it: success or failure, a machine-readable reason, a code, a message for people and
/// details. It is an [`Error`](std::error::Error), shown as its message.
///
/// ```
/// use lookglass_object::{Gvr, Status};
///
/// let status = Status::not_found(&Gvr::new("apps", "v1", "deployments"), "web");
/// assert_eq!(status.to_string(), "deployments.apps \"web\" not found");
/// assert!(status.is_not_found() && !status.is_conflict());
/// assert_eq!(status.code(), 404);
/// ```
///
/// # Recognising
///
/// The `is_…` methods are those of apimachinery's `api/errors`, decided as there: the reason counts, and the code only when the
/// reason is unknown or missing, since proxies and old servers leave it out. (For *too many requests* and *entity too large*
/// the code counts always.)
///
/// # Bytes
///
/// It reads and writes the JSON form of any serde format, in the order in which Kubernetes writes the fields. Reading refuses an
/// object of another kind: an error page or a Pod is no `Status`.
///
/// # Cost
///
/// One pointer, so that results which carry it stay small.
#[derive(Clone, PartialEq)]
pub struct Status(Box<Body>);

#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    #[serde(deserialize_with = "nullable")]
    metadata: ListMeta,
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    status: String,
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    message: String,
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Reason::is_unknown")]
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<StatusDetails>,
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_zero")]
    code: i32,
}

const SUCCESS: &str = "Success";
const FAILURE: &str = "Failure";

/// What a [`Status`] is about, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[non_exhaustive]
pub struct StatusDetails {
    /// The name of the object.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its API group; empty for core.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Its resource in lower case (`deployments`), or its kind where the reason is [`Reason::Invalid`].
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Its uid.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// More about the failure, often one for each bad field.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<StatusCause>,
    /// How long to wait before trying again; 0 for no advice.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_zero")]
    pub retry_after_seconds: i32,
}

/// One cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct StatusCause {
    /// Machine-readable, such as `FieldValueInvalid` or one of the constants of this type.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// For people.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The path of the field that is to blame.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "String::is_empty")]
    pub field: String,
}

impl StatusCause {
    /// The version asked for lies ahead of what the server has.
    pub const RESOURCE_VERSION_TOO_LARGE: &'static str = "ResourceVersionTooLarge";
    /// The answer was not what an API server says: probably a proxy's.
    pub const UNEXPECTED_SERVER_RESPONSE: &'static str = "UnexpectedServerResponse";
    /// Another field manager owns the field.
    pub const FIELD_MANAGER_CONFLICT: &'static str = "FieldManagerConflict";
    /// The namespace is being deleted and takes no new objects.
    pub const NAMESPACE_TERMINATING: &'static str = "NamespaceTerminating";
    /// A disruption budget forbids the eviction.
    pub const DISRUPTION_BUDGET: &'static str = "DisruptionBudget";

    /// A cause from its parts; leave empty what is not known.
    #[must_use]
    pub fn new(reason: impl Into<String>, message: impl Into<String>, field: impl Into<String>) -> Self {
        Self { reason: reason.into(), message: message.into(), field: field.into() }
    }
}

impl Status {
    /// Whether the request succeeded, as it is said in answer to some deletions.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.0.status == SUCCESS
    }

    /// The HTTP code, 0 if the server did not say.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.0.code
    }

    /// The machine-readable reason.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.0.reason
    }

    /// The message for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What it is about.
    #[must_use]
    pub fn details(&self) -> Option<&StatusDetails> {
        self.0.details.as_ref()
    }

    /// All causes of the failure.
    #[must_use]
    pub fn causes(&self) -> &[StatusCause] {
        self.details().map_or(&[], |details| &details.causes)
    }

    /// The metadata. An expired continue token is answered with a new one there, for reading the rest at a later version.
    #[must_use]
    pub fn metadata(&self) -> &ListMeta {
        &self.0.metadata
    }

    /// The token with which an expired paged list can go on, inconsistently: see [`metadata`](Self::metadata).
    #[must_use]
    pub fn continue_token(&self) -> Option<&str> {
        self.0.metadata.continue_.as_deref().filter(|token| !token.is_empty())
    }

    /// How long the server asks its client to wait: client-go's `SuggestsClientDelay`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let details = self.details()?;
        let wait = u64::try_from(details.retry_after_seconds).unwrap_or_default();
        (wait > 0 || self.0.reason == Reason::ServerTimeout).then(|| Duration::from_secs(wait))
    }

    /// Whether a cause of the failure has this reason.
    #[must_use]
    pub fn has_cause(&self, reason: &str) -> bool {
        self.causes().iter().any(|cause| cause.reason == reason)
    }

    /// The object, the resource or the path does not exist.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.is(&Reason::NotFound, 404)
    }

    /// An object of that name exists. The code does not say: it is that of a conflict too.
    #[must_use]
    pub fn is_already_exists(&self) -> bool {
        self.0.reason == Reason::AlreadyExists
    }

    /// The object changed since it was read, or another manager owns a field.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.is(&Reason::Conflict, 409)
    }

    /// The object breaks the rules of its kind.
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        self.is(&Reason::Invalid, 422)
    }

    /// The thing is gone for good.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.is(&Reason::Gone, 410)
    }

    /// The reason is `Expired`: the version or the continue token is too old to be served.
    #[must_use]
    pub fn is_resource_expired(&self) -> bool {
        self.0.reason == Reason::Expired
    }

    /// The version asked for is too old, in new words (`Expired`) or old ones (`Gone`): list anew.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.is_resource_expired() || self.is_gone()
    }

    /// The version asked for lies ahead of what this server has seen: ask again without a version. Servers before 1.19 say it
    /// only in their messages, which are read too.
    #[must_use]
    pub fn is_too_large_resource_version(&self) -> bool {
        const MESSAGE: &str = "Too large resource version";
        self.has_cause(StatusCause::RESOURCE_VERSION_TOO_LARGE)
            || self.is_timeout()
                && self.details().is_some()
                && (self.causes().iter().any(|cause| cause.message == MESSAGE) || self.message().contains(MESSAGE))
    }

    /// The server has no format that the client accepts.
    #[must_use]
    pub fn is_not_acceptable(&self) -> bool {
        self.is(&Reason::NotAcceptable, 406)
    }

    /// The server does not read the format of the request.
    #[must_use]
    pub fn is_unsupported_media_type(&self) -> bool {
        self.is(&Reason::UnsupportedMediaType, 415)
    }

    /// The resource does not have this verb.
    #[must_use]
    pub fn is_method_not_supported(&self) -> bool {
        self.is(&Reason::MethodNotAllowed, 405)
    }

    /// The server cannot answer just now.
    #[must_use]
    pub fn is_service_unavailable(&self) -> bool {
        self.is(&Reason::ServiceUnavailable, 503)
    }

    /// The request makes no sense and must be changed.
    #[must_use]
    pub fn is_bad_request(&self) -> bool {
        self.is(&Reason::BadRequest, 400)
    }

    /// The server does not know who asks.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.is(&Reason::Unauthorized, 401)
    }

    /// Who asks may not.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        self.is(&Reason::Forbidden, 403)
    }

    /// The request took too long and will again.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.is(&Reason::Timeout, 504)
    }

    /// The server ran out of time and asks to be asked again.
    #[must_use]
    pub fn is_server_timeout(&self) -> bool {
        self.0.reason == Reason::ServerTimeout
    }

    /// The server failed.
    #[must_use]
    pub fn is_internal_error(&self) -> bool {
        self.is(&Reason::InternalError, 500)
    }

    /// The client, or all of them, ask too often.
    #[must_use]
    pub fn is_too_many_requests(&self) -> bool {
        self.0.reason == Reason::TooManyRequests || self.0.code == 429
    }

    /// The body of the request is too large.
    #[must_use]
    pub fn is_request_entity_too_large(&self) -> bool {
        self.0.reason == Reason::RequestEntityTooLarge || self.0.code == 413
    }

    /// An object in the server's storage cannot be read.
    #[must_use]
    pub fn is_store_read_error(&self) -> bool {
        self.0.reason == Reason::StorageReadError
    }

    /// The answer was not an API server's.
    #[must_use]
    pub fn is_unexpected_server_error(&self) -> bool {
        self.has_cause(StatusCause::UNEXPECTED_SERVER_RESPONSE)
    }

    fn is(&self, reason: &Reason, code: i32) -> bool {
        self.0.reason == *reason || !self.0.reason.is_known() && self.0.code == code
    }
}

/// The message; where there is none, reason and code.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Body { status, message, reason, code, .. } = &*self.0;
        if !message.is_empty() {
            f.write_str(message)
        } else if self.is_success() {
            f.write_str(status)
        } else if !reason.is_unknown() {
            write!(f, "{reason} (code {code})")
        } else if *code != 0 {
            write!(f, "code {code}, no reason given")
        } else {
            f.write_str("failure, no reason given")
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Body { metadata: _, status, message, reason, details, code } = &*self.0;
        let mut debug = f.debug_struct("Status");
        debug.field("status", status).field("code", code).field("reason", &reason.as_str()).field("message", message);
        if let Some(details) = details {
            debug.field("details", details);
        }
        debug.finish_non_exhaustive()
    }
}

impl std::error::Error for Status {}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's form")]
fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// Go's decoders take `null` for "not there".
fn nullable<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;
