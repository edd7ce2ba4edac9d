//! A waker that lets a parked thread go on.

use crate::sync::Thread;
use std::{
    sync::Arc,
    task::{Wake, Waker},
};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

pub(crate) fn unparker(thread: Thread) -> Waker {
    Waker::from(Arc::new(Unpark(thread)))
}
