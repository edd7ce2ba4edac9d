//! One failure for all who waited for the answer.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::{BoxError, Error};

/// The same failure for one more who waited: of the same case, with the same words and the same cause.
pub(super) fn again(error: &Arc<Error>) -> Error {
    let cause = || Box::new(Cause(Arc::clone(error)));
    // Each case by name: a new one must not be taken for another, which may be worth trying again.
    match &**error {
        Error::Refused { what, status } => Error::Refused { what: what.clone(), status: status.clone() },
        Error::Connection { what, .. } => Error::Connection { what: what.clone(), source: cause() },
        Error::Untrusted { what, name, .. } => {
            Error::Untrusted { what: what.clone(), name: name.clone(), source: cause() }
        }
        Error::Proxy { what, proxy, why, source } => Error::Proxy {
            what: what.clone(),
            proxy: proxy.clone(),
            why: why.clone(),
            source: source.is_some().then(|| cause() as BoxError),
        },
        Error::Credentials { what, .. } => Error::Credentials { what: what.clone(), source: cause() },
        // Its own case cannot be had twice; what it is shows in the cause.
        Error::Config { .. } => Error::Credentials { what: error.to_string(), source: cause() },
        Error::NoTls { what } => Error::NoTls { what: what.clone() },
        Error::Busy { what, connections, patience } => {
            Error::Busy { what: what.clone(), connections: *connections, patience: *patience }
        }
        Error::Timeout { what, timeout } => Error::Timeout { what: what.clone(), timeout: *timeout },
        Error::CutOff { what, source } => {
            Error::CutOff { what: what.clone(), source: source.is_some().then(|| cause() as BoxError) }
        }
        Error::Malformed { what, .. } => Error::Malformed { what: what.clone(), source: cause() },
        Error::Item { what, key, .. } => Error::Item { what: what.clone(), key: key.clone(), source: cause() },
        Error::NoMapping(no_mapping) => Error::NoMapping(no_mapping.clone()),
        Error::Request { what, why } => Error::Request { what: what.clone(), why: why.clone() },
    }
}

/// What caused the shared error.
#[derive(Debug)]
struct Cause(Arc<Error>);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(source) => fmt::Display::fmt(source, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()?.source()
    }
}

#[cfg(test)]
mod tests {
    use std::{io, time::Duration};

    use lookglass_object::Key;

    use super::*;

    /// The words of an error and of all its causes.
    fn words(error: &Error) -> Vec<String> {
        let first: &(dyn StdError + 'static) = error;
        std::iter::successors(Some(first), |error: &&(dyn StdError + 'static)| (*error).source())
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_failure_that_is_shared_is_the_same_for_all() {
        let what = || "discover".to_owned();
        let source = || BoxError::from(io::Error::other(io::Error::from(io::ErrorKind::ConnectionRefused)));
        for error in [
            Error::Connection { what: what(), source: source() },
            Error::Untrusted { what: what(), name: "a".to_owned(), source: source() },
            Error::Proxy { what: what(), proxy: "p".to_owned(), why: "w".to_owned(), source: Some(source()) },
            Error::Proxy { what: what(), proxy: "p".to_owned(), why: "w".to_owned(), source: None },
            Error::Credentials { what: what(), source: source() },
            Error::NoTls { what: what() },
            Error::Busy { what: what(), connections: 3, patience: Duration::from_secs(1) },
            Error::Timeout { what: what(), timeout: Duration::from_secs(1) },
            Error::CutOff { what: what(), source: None },
            Error::CutOff { what: what(), source: Some(source()) },
            Error::Malformed { what: what(), source: source() },
            Error::Item { what: what(), key: Some(Key::new("a", "b")), source: source() },
            Error::Request { what: what(), why: "y".to_owned() },
        ] {
            let error = Arc::new(error);
            let other = again(&error);
            assert_eq!(words(&other), words(&error));
            assert_eq!(other.is_transient(), error.is_transient(), "{error:?}");
            assert_eq!(std::mem::discriminant(&other), std::mem::discriminant(&*error));
        }
    }
}
