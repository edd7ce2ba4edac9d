//! What is answered, before it is a response: [`Reply`].

use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use lookglass_object::Status;

use super::{Body, warning};
use crate::{
    answer::{self, Encoded},
    documents::Document,
    media::Form,
    request::Refusal,
};

/// An answer without what all answers have.
#[derive(Debug)]
pub(super) struct Reply {
    code: u16,
    headers: HeaderMap,
    body: Body,
    warnings: Vec<String>,
}

impl Reply {
    pub(super) fn new(code: u16, content_type: &'static str, body: Body) -> Self {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { code, headers, body, warnings: Vec::new() }
    }

    pub(super) fn encoded(code: u16, encoded: Encoded) -> Self {
        Self::new(code, encoded.content_type, encoded.body.into())
    }

    pub(super) fn with_warnings(mut self, warnings: Vec<String>) -> Self {
        self.warnings = warnings;
        self
    }

    /// A refusal, with a `Status` in the form that the client takes.
    pub(super) fn refused(refusal: Refusal, form: Form) -> Self {
        match refusal {
            Refusal::Status(status) => Self::status(&status, form),
            Refusal::Text { code, text } => {
                let mut reply = Self::new(code, "text/plain; charset=utf-8", Body::full(text));
                reply.headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
                reply
            }
        }
    }

    fn status(status: &Status, form: Form) -> Self {
        let code = u16::try_from(status.code()).unwrap_or_default();
        let mut reply = Self::encoded(code, answer::status(status, form));
        if let Some(seconds) = status.details().map(|details| details.retry_after_seconds).filter(|wait| *wait > 0) {
            reply.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        reply
    }

    /// The response, with its code and the headers that are this answer's own.
    pub(super) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        // A backend's status may have no code, or one that HTTP does not have.
        *response.status_mut() = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        warning::write(&self.warnings, response.headers_mut());
        response
    }
}

impl From<Document> for Reply {
    fn from(document: Document) -> Self {
        Self { code: document.code, headers: document.headers, body: Body::full(document.body), warnings: Vec::new() }
    }
}
