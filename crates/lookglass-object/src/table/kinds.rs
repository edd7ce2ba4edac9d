//! One registered kind.

use super::{Message, Table};

/// A kind under a group and version, and the message that it is.
#[derive(Debug, Clone, Copy)]
pub struct KindEntry {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) kind: &'static str,
    pub(super) message: u16,
    pub(super) list: bool,
}

impl KindEntry {
    /// The group, empty for the core one.
    #[must_use]
    pub fn group(&self) -> &'static str {
        self.group
    }

    /// The version.
    #[must_use]
    pub fn version(&self) -> &'static str {
        self.version
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// `v1`, `apps/v1`: group and version as objects write them.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// The struct.
    #[must_use]
    pub fn message(&self) -> &'static Message {
        Table::builtin().message_at(self.message)
    }

    /// Whether it is a list of objects.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.list
    }

    /// The kind of a list's items, when the list is of one kind.
    #[must_use]
    pub fn item(&self) -> Option<&'static Self> {
        if !self.list {
            return None;
        }
        let table = Table::builtin();
        let items = self.message().field("items")?.message()?;
        table
            .kind(self.group, self.version, self.kind.strip_suffix("List")?)
            .filter(|item| item.message().name() == items.name())
    }

    pub(super) fn order(&self) -> (&str, &str, &str) {
        (self.kind, self.group, self.version)
    }
}
