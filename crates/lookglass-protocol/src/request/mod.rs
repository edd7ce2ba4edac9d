//! What a request asks for: its line and its options, read once and in one place.
//!
//! [`Query`] is the part behind the question mark, [`route`] finds out what the path and the method mean, and a function for each sort of
//! request reads its options: [`list_params`], [`watch_params`], [`get_version`], [`write_params`], [`delete_params`].
//!
//! # Promises
//!
//! - What is refused is refused in the words, and with the code, of a real API server (1.36).
//! - Any text may come in: no panic, no recursion, work in proportion to the text.
//! - Options that the server does not know are ignored, as it does.
//!
//! # Cost
//!
//! A route copies the names out of the path. Options are read from the query in place; selectors are parsed once.

mod decode;
mod delete;
mod invalid;
mod list;
mod path;
mod query;
mod route;
#[cfg(test)]
mod tests;
mod watch;
mod write;

pub use delete::delete_params;
pub use list::{get_version, list_params};
pub use query::Query;
pub use route::{Call, Refusal, Route, route};
pub use watch::watch_params;
pub use write::write_params;
