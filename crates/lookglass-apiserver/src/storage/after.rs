//! What is to be done once a resource's lock is released: [`After`].

use std::task::Waker;

use super::{history::Trash, line::Ended, objects::Objects};

/// Wakes and drops that must not happen under a lock: they take time, and a waker's last reference may hold a task that holds a watch of the
/// very resource, whose end takes the lock.
#[derive(Debug, Default)]
pub(super) struct After {
    pub(super) wake: Vec<Waker>,
    pub(super) ended: Vec<Ended>,
    pub(super) trash: Trash,
    pub(super) objects: Vec<Objects>,
}

impl After {
    /// Does it.
    pub(super) fn run(self) {
        let Self { wake, ended, trash, objects } = self;
        wake.into_iter().for_each(Waker::wake);
        for end in ended {
            drop(end.unread);
            if let Some(reader) = end.reader {
                reader.wake();
            }
        }
        drop(trash);
        drop(objects);
    }
}
