//! What every printer begins with: [`Object`].

use jiff::Timestamp;

use super::{Cell, Node, age};

/// An object, taken apart as far as nearly all kinds want it.
pub(super) struct Object<'a> {
    pub(super) root: Node<'a>,
    pub(super) metadata: Node<'a>,
    pub(super) spec: Node<'a>,
    pub(super) status: Node<'a>,
    name: Node<'a>,
    created: Node<'a>,
    deleted: Node<'a>,
    now: Timestamp,
}

impl<'a> Object<'a> {
    pub(super) fn new(json: &'a [u8], now: Timestamp) -> Self {
        let root = Node::new(json);
        let [metadata, spec, status] = root.members(["metadata", "spec", "status"]);
        let [name, created, deleted] = metadata.members(["name", "creationTimestamp", "deletionTimestamp"]);
        Self { root, metadata, spec, status, name, created, deleted, now }
    }

    pub(super) fn name(&self) -> Cell {
        self.name.into()
    }

    /// The name, and that the object is the default one of its kind if an annotation says so.
    pub(super) fn name_or_default(&self, annotations: &[&str]) -> Cell {
        let mut marks = self.metadata.member("annotations").entries();
        let default = marks.any(|(name, value)| annotations.contains(&&*name) && value.is("true"));
        let suffix = if default { " (default)" } else { "" };
        format!("{}{suffix}", self.name.text()).into()
    }

    pub(super) fn age(&self) -> Cell {
        self.since(self.created)
    }

    pub(super) fn is_terminating(&self) -> bool {
        self.deleted.is_set()
    }

    /// How long ago a moment was.
    pub(super) fn since(&self, moment: Node<'_>) -> Cell {
        age::since(moment.time(), self.now)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    /// When the object came to be, for kinds that have no printer.
    pub(super) fn created_at(&self) -> Cell {
        match self.created.filled() {
            Some(time) => time.into_owned().into(),
            None => "0001-01-01T00:00:00Z".into(),
        }
    }
}
