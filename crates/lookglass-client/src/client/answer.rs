//! What a server's answer means before its body is read.

use std::{error::Error as StdError, time::Duration};

use ::bytes::{Bytes, BytesMut};
use http::{Response, header, request::Parts};
use http_body_util::BodyExt as _;
use lookglass_object::{Encoding, Status};
use tokio::time::timeout;

use super::Body;
use crate::{BoxError, Error, bytes, transport::Failure};

/// Of an error page no more is read.
const MAX_PAGE: usize = 64 << 10;

/// Of an answer that nobody wants no more is read: client-go's 2,048 bytes.
const MAX_DRAINED: usize = 2048;

/// For an error page no longer is waited: its code says the most of it.
const PAGE_PATIENCE: Duration = Duration::from_secs(10);

/// For an answer that nobody wants no longer is waited.
const DRAIN_PATIENCE: Duration = Duration::from_secs(1);

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
    let body = beginning(response.into_body(), MAX_PAGE, PAGE_PATIENCE).await;
    // Who accepts protobuf is refused in it; the bytes say what they are.
    let encoding = if body.starts_with(b"k8s\0") { Encoding::Protobuf } else { Encoding::Json };
    let status = match bytes::status(encoding, &body).ok().filter(|status| !status.is_success()) {
        Some(status) => patient(status, after),
        None => {
            let said = String::from_utf8_lossy(&body[..body.len().min(MAX_QUOTED)]);
            Status::from_response(code, request.method.as_str(), None, "", said.trim(), after, true)
        }
    };
    Error::Refused { what: what.to_owned(), status }
}

/// The status with the wait that its header asks for, unless it says one itself: what stands before a server often adds no more than the header.
fn patient(status: Status, after_seconds: i32) -> Status {
    if after_seconds <= 0 || status.details().is_some_and(|details| details.retry_after_seconds > 0) {
        return status;
    }
    let mut details = status.details().cloned().unwrap_or_default();
    details.retry_after_seconds = after_seconds;
    status.with_details(details)
}

/// Hands on the texts of the `Warning` headers with code 299, unquoted. A proxy may have put several into one header.
pub(super) fn warnings(response: &Response<Body>, warn: &dyn Fn(&str)) {
    for value in response.headers().get_all(header::WARNING) {
        // API servers write UTF-8 into them, which is not what headers are said to hold.
        let value = String::from_utf8_lossy(value.as_bytes());
        let mut rest = &*value;
        while let Some((code, text, behind)) = warning(rest) {
            if code == "299" {
                warn(&text);
            }
            rest = behind;
        }
    }
}

/// Code and text of the first warning of a header, and what comes behind it: `299 - "text" "date", ...`.
fn warning(header: &str) -> Option<(&str, String, &str)> {
    let (code, rest) = header.trim_start_matches([' ', ',']).split_once(' ')?;
    // Who warns, mostly `-`.
    let (_, rest) = rest.trim_start().split_once(' ')?;
    let rest = rest.trim_start().strip_prefix('"')?;
    let (mut text, mut chars) = (String::new(), rest.char_indices());
    loop {
        match chars.next()? {
            (_, '\\') => text.push(chars.next()?.1),
            (end, '"') => {
                // A date in quotes may follow, in which there is a comma.
                let behind = rest[end + 1..].trim_start();
                let dated = behind.strip_prefix('"').and_then(|date| date.split_once('"'));
                return Some((code, text, dated.map_or(behind, |(_, behind)| behind)));
            }
            (_, other) => text.push(other),
        }
    }
}

/// Reads what little is left of an answer that nobody wants, so that its connection can be used again. What is more goes with its stream.
pub(super) async fn drain(body: Body) {
    _ = beginning(body, MAX_DRAINED, DRAIN_PATIENCE).await;
}

/// What comes of a body within a time: whole, or as far as `limit` and the connection go. An answer that says no is an answer, even if its explanation never ends.
async fn beginning(mut body: Body, limit: usize, patience: Duration) -> Bytes {
    let mut read = BytesMut::new();
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let data = frame.into_data().unwrap_or_default();
            read.extend_from_slice(&data[..data.len().min(limit - read.len())]);
            if read.len() == limit {
                break;
            }
        }
    };
    _ = timeout(patience, reading).await;
    read.freeze()
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
