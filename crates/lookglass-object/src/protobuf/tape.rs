//! JSON text as a flat tape of values.
//!
//! The tape is what lets JSON be turned into protobuf without building anything: protobuf wants lengths in front and fields
//! by number, JSON gives neither, so the values' places are noted first.

use std::borrow::Cow;

use super::text::{self, Notes, Refusal, Type};

/// A value, or a key of an object, in front of its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) kind: Type,
    /// A string with escapes in it.
    pub(super) escaped: bool,
    /// The text, a string's without its quotes.
    pub(super) start: u32,
    pub(super) end: u32,
    /// The index behind the value and all that is in it.
    pub(super) next: u32,
}

/// The values of a text in the order in which they begin.
#[derive(Debug, Default)]
pub(super) struct Tape {
    nodes: Vec<Node>,
    /// The indexes of the containers that are open.
    open: Vec<u32>,
}

impl Tape {
    #[inline]
    pub(super) fn node(&self, index: u32) -> Node {
        self.nodes[index as usize]
    }

    /// Reads a whole text, of less than 4 GiB, which must be UTF-8 for its strings to be.
    pub(super) fn read(&mut self, text: &[u8]) -> Result<(), Refusal> {
        self.nodes.clear();
        self.open.clear();
        let (behind, _) = text::scan(text, 0, self)?;
        text::end(text, behind)
    }
}

impl Notes for Tape {
    #[inline]
    fn plain(&mut self, kind: Type, start: usize, end: usize, escaped: bool) {
        let next = self.nodes.len() as u32 + 1;
        self.nodes.push(Node { kind, escaped, start: start as u32, end: end as u32, next });
    }

    #[inline]
    fn opens(&mut self, kind: Type, start: usize) {
        self.open.push(self.nodes.len() as u32);
        self.plain(kind, start, start + 1, false);
    }

    #[inline]
    fn closes(&mut self, end: usize) {
        let next = self.nodes.len() as u32;
        if let Some(node) = self.open.pop().and_then(|open| self.nodes.get_mut(open as usize)) {
            (node.end, node.next) = (end as u32, next);
        }
    }
}

/// The text of a string's node, without its escapes.
#[inline]
pub(super) fn string_of(text: &[u8], node: Node) -> Cow<'_, [u8]> {
    text::string_of(&text[node.start as usize..node.end as usize], node.escaped)
}
