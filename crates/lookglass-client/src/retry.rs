//! Trying again what others got in the way of: [`retry_on_conflict`].

mod backoff;
mod conflict;
#[cfg(test)]
mod tests;

use tokio::time::sleep;

pub use backoff::Backoff;
pub use conflict::Conflict;

/// Reads, changes and writes until nobody writes in between: client-go's `RetryOnConflict`.
///
/// **Each attempt has to read the object anew**, from the server, and make its change to what it read. Writing the same object once more conflicts for ever; and what a cache
/// shows may be as old as what has just conflicted. (A patch or a server-side apply that does not depend on what is there needs none of this.)
///
/// ```no_run
/// # async fn example(of: lookglass_client::ScaleOf) -> Result<(), lookglass_client::Error> {
/// use lookglass_client::{Backoff, retry_on_conflict};
///
/// let one_more = || async {
///     let mut scale = of.get("web").await?;
///     let spec = scale.spec.get_or_insert_default();
///     spec.replicas = Some(spec.replicas.unwrap_or(0) + 1);
///     of.update("web", &scale).await
/// };
/// let scale = retry_on_conflict(Backoff::DEFAULT_RETRY, one_more).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The last conflict, when the attempts of `backoff` are used up; any other error at once.
///
/// # Cancel safety
///
/// As for one attempt: what it has sent may have been carried out.
pub async fn retry_on_conflict<T, E, F>(backoff: Backoff, attempt: impl FnMut() -> F) -> Result<T, E>
where
    E: Conflict,
    F: Future<Output = Result<T, E>>,
{
    retry_on(backoff, E::is_conflict, attempt).await
}

/// Tries again while the error is one that `retriable` says may pass: client-go's `OnError`.
///
/// # Errors
///
/// The last one, when the attempts of `backoff` are used up; one that will not pass at once.
///
/// # Cancel safety
///
/// As for one attempt.
pub async fn retry_on<T, E, F>(
    backoff: Backoff,
    retriable: impl Fn(&E) -> bool,
    mut attempt: impl FnMut() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut pauses = backoff.pauses();
    loop {
        match attempt().await {
            Err(error) if retriable(&error) => match pauses.next() {
                Some(pause) => sleep(pause).await,
                None => return Err(error),
            },
            done => return done,
        }
    }
}
