//! What a server's answer means before its body is read.

use std::{error::Error as StdError, time::Duration};

use http::{Response, header, request::Parts};
use http_body_util::BodyExt as _;
use lookglass_object::{Encoding, Status};

use super::Body;
use crate::{BoxError, Error, bytes, transport::Failure};

/// Of an error page no more is read.
const MAX_PAGE: usize = 64 << 10;

/// Of an answer that nobody wants no more is read: client-go's 2,048 bytes.
const MAX_DRAINED: usize = 2048;

/// How much of an error page is quoted: client-go's 2,048 bytes.
const MAX_QUOTED: usize = 2048;

/// How long the server asks to wait; only a number of seconds counts, as for client-go.
pub(super) fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let asks = response.status().as_u16() == 429 || response.status().is_server_error();
    let seconds = response.headers().get(header::RETRY_AFTER).filter(|_| asks)?.to_str().ok()?;
    seconds.trim().parse().ok().map(Duration::from_secs)
}

/// The error that a refusal is: the server's `Status`, or what can be made of a page.
pub(super) async fn refusal(what: &str, request: &Parts, response: Response<Body>) -> Error {
    let code = response.status().as_u16();
    let after = retry_after(&response).map_or(0, |wait| i32::try_from(wait.as_secs()).unwrap_or(i32::MAX));
    let body = http_body_util::Limited::new(response.into_body(), MAX_PAGE).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    // Who accepts protobuf is refused in it; the bytes say what they are.
    let encoding = if body.starts_with(b"k8s\0") { Encoding::Protobuf } else { Encoding::Json };
    let status = bytes::status(encoding, &body).ok().filter(|status| !status.is_success());
    let status = status.unwrap_or_else(|| {
        let said = String::from_utf8_lossy(&body[..body.len().min(MAX_QUOTED)]);
        Status::from_response(code, request.method.as_str(), None, "", said.trim(), after, true)
    });
    Error::Refused { what: what.to_owned(), status }
}

/// Hands on the texts of the `Warning` headers with code 299, unquoted.
pub(super) fn warnings(response: &Response<Body>, warn: &dyn Fn(&str)) {
    for value in response.headers().get_all(header::WARNING) {
        let text = value.to_str().ok().and_then(|value| value.strip_prefix("299 "));
        // An agent, mostly `-`, and the text as a quoted string.
        let Some((_, quoted)) = text.and_then(|text| text.split_once(' ')) else { continue };
        let Some(inner) = quoted.strip_prefix('"').and_then(|rest| rest.rsplit_once('"')).map(|(inner, _)| inner)
        else {
            continue;
        };
        warn(&inner.replace("\\\"", "\"").replace("\\\\", "\\"));
    }
}

/// Reads what little is left of an answer that nobody wants, so that its connection can be used again. What is more goes with its stream.
pub(super) async fn drain(body: Body) {
    _ = http_body_util::Limited::new(body, MAX_DRAINED).collect().await;
}

/// What somebody else's stack failed with, as a failure of this one.
pub(super) fn failure(error: BoxError) -> Failure {
    let error = match error.downcast::<Failure>() {
        Ok(failure) => return *failure,
        Err(error) => error,
    };
    if is_broken_connection(&*error) { Failure::Broken(error.into()) } else { Failure::Other(error.into()) }
}

/// Whether the connection broke, so that the request may not have been seen at all; not that it was refused at the door.
fn is_broken_connection(error: &(dyn StdError + 'static)) -> bool {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(Failure::Broken(_)) = error.downcast_ref() {
            return true;
        }
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
            return matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof);
        }
        source = error.source();
    }
    false
}
