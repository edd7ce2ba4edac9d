//! What a write brings to an index and takes out of it.

use super::values::Values;

/// Crosses the store's lock twice: in with the values a slot is to have, and out with those that nobody has any more, so
/// that a user's `drop` never runs under it.
pub(super) enum Exchange<I> {
    In(Values<I>),
    Out(Fallen<I>),
}

/// Index values to be dropped.
pub(super) struct Fallen<I> {
    /// A change from one value to another leaves at most two: the new one if the index has it already, and the old one if
    /// this was its last slot. Room for them costs no allocation.
    few: [Option<I>; 2],
    more: Vec<I>,
}

impl<I> Fallen<I> {
    pub(super) const fn new() -> Self {
        Self { few: [None, None], more: Vec::new() }
    }

    pub(super) fn push(&mut self, value: I) {
        match &mut self.few {
            [free @ None, _] | [_, free @ None] => *free = Some(value),
            _ => self.more.push(value),
        }
    }
}
