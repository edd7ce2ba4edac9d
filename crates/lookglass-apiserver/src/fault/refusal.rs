//! Answers in the server's place: [`Refusal`].

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use lookglass_object::Status;
use lookglass_protocol::{Verb, request::Call, service::Body};

/// An answer in the server's place.
#[derive(Debug, Clone)]
pub(super) enum Refusal {
    Status(Box<Status>),
    Conflict,
    Expired,
    TooManyRequests { seconds: u64 },
}

impl Refusal {
    /// The answer to a request, which is this call if it is a resource's at all.
    pub(super) fn answer(&self, call: Option<&Call>) -> Response<Body> {
        match self {
            Self::Status(status) => json(status),
            Self::Conflict => match call.map(|call| &call.target) {
                Some(target) => {
                    let name = target.name.as_deref().unwrap_or_default();
                    json(&Status::conflict(&target.resource.gvr, name, Status::MODIFIED))
                }
                None => json(&Status::from_response(409, "PUT", None, "", "", 0, false)),
            },
            Self::Expired if call.is_some_and(|call| call.verb == Verb::Watch) => {
                let status = Status::expired("The resourceVersion for the provided watch is too old.");
                let frame = [br#"{"type":"ERROR","object":"#, &*text(&status), b"}\n"].concat();
                with_headers(Response::new(Body::full(frame)), JSON)
            }
            Self::Expired => json(&Status::expired("The resourceVersion for the provided list is too old.")),
            Self::TooManyRequests { seconds } => {
                let text = "Too many requests, please try again later.\n";
                let mut answer = with_headers(Response::new(Body::full(text)), "text/plain; charset=utf-8");
                *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
                answer.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                answer
            }
        }
    }
}

/// A status as the server sends one.
fn json(status: &Status) -> Response<Body> {
    let mut answer = with_headers(Response::new(Body::full(text(status))), JSON);
    // A status without a code that HTTP knows is a fault of the server itself.
    let code = u16::try_from(status.code()).ok().and_then(|code| StatusCode::from_u16(code).ok());
    *answer.status_mut() = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(after) = status.retry_after() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs()));
    }
    answer
}

fn text(status: &Status) -> Vec<u8> {
    serde_json::to_vec(status).unwrap_or_default()
}

fn with_headers(mut answer: Response<Body>, content_type: &'static str) -> Response<Body> {
    let mut set = |name: HeaderName, value| answer.headers_mut().insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, content_type);
    set(header::CACHE_CONTROL, "no-cache, private");
    answer
}

const JSON: &str = "application/json";
