//! Tables: the rows that `kubectl get` shows.
//!
//! # Promises
//!
//! * [`columns`] and the cells of a [`row`] are of one length and one order: those of the real server.
//! * A field that is missing or of another form than it should be shows as the real server shows what is not set; a row is never refused.
//!
//! # Cost
//!
//! A few passes over the object's JSON in which what no cell shows is stepped over, and one allocation for each cell that is not a constant.

mod age;
mod node;
mod object;
mod printers;
#[cfg(test)]
mod tests;
mod words;

use std::{borrow::Cow, sync::OnceLock};

use jiff::Timestamp;
use serde::Serialize;

use self::{node::Node, object::Object};
use crate::{Column, Resource, Stored, builtin};

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
}

/// What is said of a whole row: that its object is done.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RowCondition {
    /// `Completed`, the only one there is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `True`.
    pub status: &'static str,
    /// Why.
    pub reason: &'static str,
    /// Why, in words.
    pub message: &'static str,
}

/// What a Table shows of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// One for each of the [`columns`].
    pub cells: Vec<Cell>,
    /// Mostly none.
    pub conditions: &'static [RowCondition],
}

/// The columns of a resource's Table. Those of a resource without columns of its own are its objects' names and when they were created.
#[must_use]
pub fn columns(resource: &Resource) -> &[Column] {
    static PLAIN: OnceLock<Vec<Column>> = OnceLock::new();
    if !resource.columns.is_empty() {
        return &resource.columns;
    }
    PLAIN.get_or_init(|| {
        // A built-in resource without a printer has them, with their descriptions.
        let resources = builtin::catalog().resources().iter();
        let mut columns = resources.map(|resource| &resource.columns);
        columns.find(|columns| columns.len() == 2 && columns[1].name == "Created At").cloned().unwrap_or_default()
    })
}

/// The cells of an object at a moment: those of its [`row`].
#[must_use]
pub fn cells(resource: &Resource, object: &Stored, now: Timestamp) -> Vec<Cell> {
    row(resource, &object.json(), now).cells
}

/// The row of an object, whose JSON is given, at a moment. An object that is all but empty, such as that of a bookmark, has a row too.
///
/// ```
/// use lookglass_protocol::{builtin, table::{self, Cell}};
///
/// let secrets = builtin::catalog().resource("", "v1", "secrets").expect("a built-in resource");
/// let secret = br#"{"metadata":{"name":"s","creationTimestamp":"2026-11-21T02:43:00Z"},"type":"Opaque","data":{"a":"eA=="}}"#;
/// let row = table::row(secrets, secret, "2026-11-21T02:45:30Z".parse()?);
/// assert_eq!(row.cells, [Cell::from("s"), Cell::from("Opaque"), Cell::from(1), Cell::from("2m30s")]);
/// # Ok::<(), jiff::Error>(())
/// ```
#[must_use]
pub fn row(resource: &Resource, json: &[u8], now: Timestamp) -> Row {
    let object = Object::new(json, now);
    let mut row = Row { cells: Vec::new(), conditions: &[] };
    match printers::of(resource.kind.group(), resource.kind.kind()) {
        Some(printer) => printer(&object, &mut row),
        None => row.cells = vec![object.name(), object.created_at()],
    }
    row
}

impl From<&'static str> for Cell {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

/// The text of a field, empty if there is none.
impl From<Node<'_>> for Cell {
    fn from(node: Node<'_>) -> Self {
        node.text().into_owned().into()
    }
}
