//! The statuses that servers and clients make, worded as Kubernetes words them.

use std::{collections::BTreeSet, fmt};

use super::{Body, FAILURE, Reason, SUCCESS, Status, StatusCause, StatusDetails};
use crate::{Gvk, Gvr, quote::Quoted};

impl Status {
    /// A success, as it answers the deletion of an object that was removed at once.
    #[must_use]
    pub fn success(details: Option<StatusDetails>) -> Self {
        Self(Box::new(Body { status: SUCCESS.into(), details, ..Body::default() }))
    }

    /// A failure with the code that goes with the reason.
    #[must_use]
    pub fn failure(reason: Reason, message: impl Into<String>) -> Self {
        let code = reason.code();
        Self(Box::new(Body { status: FAILURE.into(), message: message.into(), reason, code, ..Body::default() }))
    }

    /// With another code.
    #[must_use]
    pub fn with_code(mut self, code: i32) -> Self {
        self.0.code = code;
        self
    }

    /// With details.
    #[must_use]
    pub fn with_details(mut self, details: StatusDetails) -> Self {
        self.0.details = Some(details);
        self
    }

    /// With the token by which an expired list can go on.
    #[must_use]
    pub fn with_continue_token(mut self, token: impl Into<String>) -> Self {
        self.0.metadata.continue_ = Some(token.into());
        self
    }

    /// 404 for an object.
    #[must_use]
    pub fn not_found(resource: &Gvr, name: &str) -> Self {
        let message = format!("{} {} not found", resource.group_resource(), Quoted(name));
        Self::failure(Reason::NotFound, message).about(resource, name)
    }

    /// 409: an object of this name exists.
    #[must_use]
    pub fn already_exists(resource: &Gvr, name: &str) -> Self {
        let message = format!("{} {} already exists", resource.group_resource(), Quoted(name));
        Self::failure(Reason::AlreadyExists, message).about(resource, name)
    }

    /// 409: no free name was found for a `generateName`.
    #[must_use]
    pub fn generate_name_conflict(resource: &Gvr, name: &str, retry_after_seconds: i32) -> Self {
        let mut status = Self::already_exists(resource, name).retry(retry_after_seconds);
        status.0.message.push_str(", the server was not able to generate a unique name for the object");
        status
    }

    /// 401.
    #[must_use]
    pub fn unauthorized(message: &str) -> Self {
        Self::failure(Reason::Unauthorized, if message.is_empty() { "not authorized" } else { message })
    }

    /// 403 for an object, for a resource as a whole (an empty name), or for a path that is no resource (`None`).
    #[must_use]
    pub fn forbidden(resource: Option<&Gvr>, name: &str, why: impl fmt::Display) -> Self {
        let Some(resource) = resource else {
            let details = StatusDetails { name: name.into(), ..StatusDetails::default() };
            return Self::failure(Reason::Forbidden, format!("forbidden: {why}")).with_details(details);
        };
        let message = match (resource.group_resource(), name) {
            (what, "") => format!("{what} is forbidden: {why}"),
            (what, name) => format!("{what} {} is forbidden: {why}", Quoted(name)),
        };
        Self::failure(Reason::Forbidden, message).about(resource, name)
    }

    /// 409: the write does not fit the object as it is. See [`MODIFIED`](Self::MODIFIED) for the usual `why`.
    #[must_use]
    pub fn conflict(resource: &Gvr, name: &str, why: impl fmt::Display) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {}: {why}", resource.group_resource(), Quoted(name));
        Self::failure(Reason::Conflict, message).about(resource, name)
    }

    /// Why a write with an old resource version [conflicts](Self::conflict).
    pub const MODIFIED: &'static str =
        "the object has been modified; please apply your changes to the latest version and try again";

    /// 409: fields that an apply would change belong to other managers.
    #[must_use]
    pub fn apply_conflict(causes: Vec<StatusCause>, message: impl Into<String>) -> Self {
        Self::failure(Reason::Conflict, message).with_details(StatusDetails { causes, ..StatusDetails::default() })
    }

    /// 410 with the reason `Gone`.
    #[must_use]
    pub fn gone(message: impl Into<String>) -> Self {
        Self::failure(Reason::Gone, message)
    }

    /// 410 with the reason `Expired`.
    #[must_use]
    pub fn expired(message: impl Into<String>) -> Self {
        Self::failure(Reason::Expired, message)
    }

    /// 422 with a cause for each bad field. The message lists all causes, each text once.
    #[must_use]
    pub fn invalid(kind: &Gvk, name: &str, causes: Vec<StatusCause>) -> Self {
        let mut message = format!("{} {} is invalid", kind.group_kind(), Quoted(name));
        let mut seen = BTreeSet::new();
        let texts: Vec<String> = (causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message)))
            .filter(|text| seen.insert(text.clone()))
            .collect();
        match &*texts {
            [] => {}
            [one] => message.extend([": ", one]),
            several => message.extend([": [", &several.join(", "), "]"]),
        }
        let details = StatusDetails {
            name: name.into(),
            group: kind.group().into(),
            kind: kind.kind().into(),
            causes,
            ..StatusDetails::default()
        };
        Self::failure(Reason::Invalid, message).with_details(details)
    }

    /// 400.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::failure(Reason::BadRequest, message)
    }

    /// 429.
    #[must_use]
    pub fn too_many_requests(message: impl Into<String>, retry_after_seconds: i32) -> Self {
        Self::failure(Reason::TooManyRequests, message).retry(retry_after_seconds)
    }

    /// 503.
    #[must_use]
    pub fn service_unavailable(message: impl Into<String>) -> Self {
        Self::failure(Reason::ServiceUnavailable, message)
    }

    /// 405: the resource exists, but has no such verb.
    #[must_use]
    pub fn method_not_supported(resource: &Gvr, verb: &str) -> Self {
        let what = resource.group_resource();
        let message = format!("{verb} is not supported on resources of kind {}", Quoted(&what));
        Self::failure(Reason::MethodNotAllowed, message).about(resource, "")
    }

    /// 500 with the advice to try again.
    #[must_use]
    pub fn server_timeout(resource: &Gvr, operation: &str, retry_after_seconds: i32) -> Self {
        let what = resource.group_resource();
        let message =
            format!("The {operation} operation against {what} could not be completed at this time, please try again.");
        Self::failure(Reason::ServerTimeout, message).about(resource, operation).retry(retry_after_seconds)
    }

    /// 500.
    #[must_use]
    pub fn internal_error(error: impl fmt::Display) -> Self {
        let causes = vec![StatusCause::new("", error.to_string(), "")];
        Self::failure(Reason::InternalError, format!("Internal error occurred: {error}"))
            .with_details(StatusDetails { causes, ..StatusDetails::default() })
    }

    /// 504.
    #[must_use]
    pub fn timeout(message: impl fmt::Display, retry_after_seconds: i32) -> Self {
        Self::failure(Reason::Timeout, format!("Timeout: {message}")).retry(retry_after_seconds)
    }

    /// 504: the version asked for lies ahead of what the server has.
    #[must_use]
    pub fn too_large_resource_version(requested: u64, current: u64, retry_after_seconds: i32) -> Self {
        let text = "Too large resource version";
        let mut status = Self::timeout(format_args!("{text}: {requested}, current: {current}"), retry_after_seconds);
        status.details_mut().causes.push(StatusCause::new(StatusCause::RESOURCE_VERSION_TOO_LARGE, text, ""));
        status
    }

    /// 413.
    #[must_use]
    pub fn request_entity_too_large(message: impl fmt::Display) -> Self {
        Self::failure(Reason::RequestEntityTooLarge, format!("Request entity too large: {message}"))
    }

    /// What a client makes of an answer that is no `Status`: client-go's `NewGenericServerResponse`. `said` is the text of the
    /// answer; `unexpected` says that it is not an API server's way to answer.
    #[must_use]
    pub fn from_response(
        code: u16,
        verb: &str,
        resource: Option<&Gvr>,
        name: &str,
        said: &str,
        retry_after_seconds: i32,
        unexpected: bool,
    ) -> Self {
        let (reason, mut message) = generic(code, verb, said);
        if let Some(resource) = resource {
            let (verb, what) = (verb.to_lowercase(), resource.group_resource());
            let space = if name.is_empty() { "" } else { " " };
            message.push_str(&format!(" ({verb} {what}{space}{name})"));
        }
        let mut status = Self::failure(reason, message).with_code(i32::from(code)).retry(retry_after_seconds);
        let details = status.details_mut();
        details.name = name.into();
        if let Some(resource) = resource {
            details.group = resource.group().into();
            details.kind = resource.resource().into();
        }
        if unexpected {
            details.causes.push(StatusCause::new(StatusCause::UNEXPECTED_SERVER_RESPONSE, said, ""));
        }
        status
    }

    fn details_mut(&mut self) -> &mut StatusDetails {
        self.0.details.get_or_insert_default()
    }

    fn about(mut self, resource: &Gvr, name: &str) -> Self {
        let details = self.details_mut();
        details.name = name.into();
        details.group = resource.group().into();
        details.kind = resource.resource().into();
        self
    }

    fn retry(mut self, after_seconds: i32) -> Self {
        self.details_mut().retry_after_seconds = after_seconds;
        self
    }
}

/// Reason and message for a code alone.
fn generic(code: u16, verb: &str, said: &str) -> (Reason, String) {
    let (reason, message) = match code {
        409 if verb == "POST" => (Reason::AlreadyExists, "the server reported a conflict"),
        409 => (Reason::Conflict, "the server reported a conflict"),
        404 => (Reason::NotFound, "the server could not find the requested resource"),
        400 => (Reason::BadRequest, "the server rejected our request for an unknown reason"),
        401 => (Reason::Unauthorized, "the server has asked for the client to provide credentials"),
        403 => (Reason::Forbidden, said),
        406 if said.is_empty() || said == "unknown" => {
            (Reason::NotAcceptable, "the server was unable to respond with a content type that the client supports")
        }
        406 => (Reason::NotAcceptable, said),
        415 => (Reason::UnsupportedMediaType, said),
        405 => (Reason::MethodNotAllowed, "the server does not allow this method on the requested resource"),
        422 => (Reason::Invalid, "the server rejected our request due to an error in our request"),
        503 => (Reason::ServiceUnavailable, "the server is currently unable to handle the request"),
        504 => (
            Reason::Timeout,
            "the server was unable to return a response in the time allotted, but may still be processing the request",
        ),
        429 => {
            (Reason::TooManyRequests, "the server has received too many requests and has asked us to try again later")
        }
        500.. => {
            let message =
                format!("an error on the server ({}) has prevented the request from succeeding", Quoted(said));
            return (Reason::InternalError, message);
        }
        _ => {
            let message =
                format!("the server responded with the status code {code} but did not return more information");
            return (Reason::Unknown, message);
        }
    };
    (reason, message.into())
}
