//! Which errors say that somebody else was faster: [`Conflict`].

use lookglass_object::Status;

use crate::{BoxError, Error};

/// Errors that may say that somebody else has written in between. Implement it for an error type of your own to use it with
/// [`retry_on_conflict`](crate::retry_on_conflict).
pub trait Conflict {
    /// Whether it says so: an HTTP 409 for the reason `Conflict`, not that something exists already.
    fn is_conflict(&self) -> bool;
}

impl Conflict for Status {
    fn is_conflict(&self) -> bool {
        Self::is_conflict(self)
    }
}

impl Conflict for Error {
    fn is_conflict(&self) -> bool {
        self.status().is_some_and(Status::is_conflict)
    }
}

impl Conflict for kube::Error {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Api(status) if status.is_conflict())
    }
}

/// By whatever in the chain of its causes is one of the above.
impl Conflict for BoxError {
    fn is_conflict(&self) -> bool {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(self.as_ref());
        while let Some(error) = source {
            let ours = error.downcast_ref::<Error>().is_some_and(Conflict::is_conflict);
            let kubes = error.downcast_ref::<kube::Error>().is_some_and(Conflict::is_conflict);
            if ours || kubes || error.downcast_ref::<Status>().is_some_and(Status::is_conflict) {
                return true;
            }
            source = error.source();
        }
        false
    }
}
