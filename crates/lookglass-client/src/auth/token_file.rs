//! A bearer token in a file that somebody else renews: [`TokenFile`].

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http::HeaderValue;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::{AuthError, Problem, bearer};
use crate::config::Secret;

/// A token is used this long before the file is read again: a minute, less client-go's leeway.
const REREAD: Duration = Duration::from_secs(50);

/// After a read that failed, the next one follows sooner.
const RETRY: Duration = Duration::from_secs(10);

/// A bearer token in a file that somebody else renews.
pub(super) struct TokenFile {
    path: PathBuf,
    state: Mutex<State>,
    /// Held while the file is read, so that it is read once for all who wait.
    reading: tokio::sync::Mutex<()>,
    pub(super) problem: Problem,
}

struct State {
    header: Option<HeaderValue>,
    /// When the file is to be read again; at once if it never was.
    due: Option<Instant>,
}

impl TokenFile {
    pub(super) fn new(path: &Path, fallback: Option<&Secret>) -> Self {
        let header = fallback.and_then(|token| bearer(token.expose(), "the token").ok());
        Self {
            path: path.to_owned(),
            state: Mutex::new(State { header, due: None }),
            reading: tokio::sync::Mutex::new(()),
            problem: Problem::default(),
        }
    }

    pub(super) async fn header(&self) -> Result<HeaderValue, AuthError> {
        if let Some(header) = self.current() {
            return Ok(header);
        }
        let _reading = self.reading.lock().await;
        if let Some(header) = self.current() {
            return Ok(header);
        }
        let read = self.read().await;
        let now = Instant::now();
        let mut state = self.state.lock();
        match (read, &state.header) {
            (Ok(header), _) => {
                *state = State { header: Some(header.clone()), due: Some(now + REREAD) };
                self.problem.clear();
                Ok(header)
            }
            (Err(error), Some(last)) => {
                let last = last.clone();
                state.due = Some(now + RETRY);
                self.problem.report(error);
                Ok(last)
            }
            (Err(error), None) => Err(error),
        }
    }

    pub(super) fn refused(&self, used: Option<&HeaderValue>) {
        let mut state = self.state.lock();
        if state.header.as_ref() == used {
            state.due = None;
        }
    }

    /// The token, unless it is time to read the file.
    fn current(&self) -> Option<HeaderValue> {
        let state = self.state.lock();
        state.header.clone().filter(|_| state.due.is_some_and(|due| Instant::now() < due))
    }

    async fn read(&self) -> Result<HeaderValue, AuthError> {
        let what = "token file";
        let text = tokio::fs::read_to_string(&self.path).await;
        let text = text.map_err(|error| AuthError::Read { what, path: self.path.clone(), source: Arc::new(error) })?;
        match text.trim() {
            "" => Err(AuthError::Content { what, path: Some(self.path.clone()), problem: "is empty" }),
            token => bearer(token, "the token file's content"),
        }
    }
}
