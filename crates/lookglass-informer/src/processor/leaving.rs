//! Listeners on their way out: [`Leaving`].

use std::hash::Hash;
use std::sync::Arc;

use super::{Control, Member};

/// Listeners that a processor has let go, and that have not been told so yet. Dropping it tells them.
#[must_use = "dropping it closes the listeners"]
pub(crate) struct Leaving<K: Clone + Eq + Hash, V: Clone> {
    members: Vec<Member<K, V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Leaving<K, V> {
    pub(super) fn new(members: Vec<Member<K, V>>) -> Self {
        Self { members }
    }

    /// What tells of each listener when it has ended.
    pub(crate) fn controls(&self) -> Vec<Arc<Control>> {
        self.members.iter().map(|member| Arc::clone(&member.control)).collect()
    }

    /// Each handles what it has not been told yet, and then ends.
    pub(crate) fn close(self) {
        drop(self);
    }

    /// They end now: what they have not been told yet is freed.
    pub(crate) fn abandon(mut self) {
        for member in self.members.drain(..) {
            member.control.remove();
            member.feed.abandon();
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Leaving<K, V> {
    fn drop(&mut self) {
        for member in &self.members {
            member.feed.close();
        }
    }
}
