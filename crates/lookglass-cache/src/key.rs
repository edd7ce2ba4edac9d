//! How a queue learns the key of a value, and what can go wrong at its entrance.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// An error of the user's own, sent across threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Finds the key of a value; cheap to clone and shared by everybody who needs it.
///
/// A closure that gives the key is a key function; one that may fail becomes one by [`fallible`](Self::fallible).
///
/// ```
/// use lookglass_cache::KeyFunction;
///
/// let name = KeyFunction::fallible(|line: &String| line.split_once('=').map(|(k, _)| k.to_owned()).ok_or("no `=`"));
/// assert_eq!(name.key_of(&"a=1".to_owned()).unwrap(), "a");
/// let error = name.key_of(&"a".to_owned()).unwrap_err();
/// assert_eq!((&*error.to_string(), &*error.source.to_string()), ("the value has no key", "no `=`"));
/// ```
pub struct KeyFunction<K, V> {
    function: Arc<Function<K, V>>,
}

type Function<K, V> = dyn Fn(&V) -> Result<K, BoxError> + Send + Sync;

impl<K, V> KeyFunction<K, V> {
    /// A key function that may fail.
    pub fn fallible<F, E>(function: F) -> Self
    where
        F: Fn(&V) -> Result<K, E> + Send + Sync + 'static,
        E: Into<BoxError>,
    {
        Self { function: Arc::new(move |value| function(value).map_err(Into::into)) }
    }

    /// The key of a value.
    ///
    /// # Errors
    ///
    /// [`KeyError`] with what the function gave.
    pub fn key_of(&self, value: &V) -> Result<K, KeyError> {
        (self.function)(value).map_err(|source| KeyError { source, element: None })
    }
}

impl<K, V, F: Fn(&V) -> K + Send + Sync + 'static> From<F> for KeyFunction<K, V> {
    fn from(function: F) -> Self {
        Self { function: Arc::new(move |value| Ok(function(value))) }
    }
}

impl<K, V> Clone for KeyFunction<K, V> {
    fn clone(&self) -> Self {
        Self { function: Arc::clone(&self.function) }
    }
}

impl<K, V> fmt::Debug for KeyFunction<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFunction").finish_non_exhaustive()
    }
}

/// The key function gave an error instead of a key.
#[derive(Debug, Error)]
#[error("{} has no key", Subject(*.element))]
#[non_exhaustive]
pub struct KeyError {
    /// What the key function said.
    pub source: BoxError,
    /// Which element of the list it was, from 0; `None` for a value that came by itself.
    pub element: Option<usize>,
}

/// The transformer gave an error instead of a value.
#[derive(Debug, Error)]
#[error("{} could not be transformed", Subject(*.element))]
#[non_exhaustive]
pub struct TransformError {
    /// What the transformer said.
    pub source: BoxError,
    /// Which element of the list it was, from 0; `None` for a value that came by itself.
    pub element: Option<usize>,
}

/// What an error is about.
struct Subject(Option<usize>);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(element) => write!(f, "element {element} of the list"),
            None => f.write_str("the value"),
        }
    }
}

/// Changes values as they enter a queue, for example to drop fields nobody reads.
pub(crate) struct Transformer<V> {
    function: Arc<dyn Fn(V) -> Result<V, BoxError> + Send + Sync>,
}

impl<V> Transformer<V> {
    pub(crate) fn new<F, E>(function: F) -> Self
    where
        F: Fn(V) -> Result<V, E> + Send + Sync + 'static,
        E: Into<BoxError>,
    {
        Self { function: Arc::new(move |value| function(value).map_err(Into::into)) }
    }

    pub(crate) fn apply(&self, value: V) -> Result<V, TransformError> {
        (self.function)(value).map_err(|source| TransformError { source, element: None })
    }
}

impl<V> Clone for Transformer<V> {
    fn clone(&self) -> Self {
        Self { function: Arc::clone(&self.function) }
    }
}

/// An error and what caused it.
#[cfg(test)]
pub(crate) fn with_cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}
