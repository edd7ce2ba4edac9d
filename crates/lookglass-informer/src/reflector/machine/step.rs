//! What a machine wants done: [`Step`], [`Request`].

use std::time::{Duration, Instant};

use lookglass_client::{ListFrom, WatchFrom};

/// What a [`Machine`](super::Machine) wants done now.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever drives a machine must do each")]
pub enum Step {
    /// Close what is open and ask for this.
    Ask(Request),
    /// Read on, and come back by then.
    Read {
        /// When.
        until: Instant,
    },
    /// Close what is open, and come back then.
    Rest {
        /// When.
        until: Instant,
    },
    /// Close what is open: it has ended.
    Over,
}

/// What is asked of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever drives a machine must do each")]
pub enum Request {
    /// A list. Of the [newest](ListFrom::Latest) state it is where versions cannot be trusted: what comes then is taken as it is, even what is known in the same version.
    /// What comes is told by [`item`](super::Machine::item) and [`listed`](super::Machine::listed).
    List {
        /// Which state.
        from: ListFrom,
        /// How many items a page has; 0 for all in one.
        page_size: u32,
    },
    /// The version of a list, of which one item is asked for and none is wanted. It is told by [`listed`](super::Machine::listed).
    Probe {
        /// Which state.
        from: ListFrom,
    },
    /// A watch with bookmarks. What comes is told by [`opened`](super::Machine::opened), [`event`](super::Machine::event) and [`ended`](super::Machine::ended).
    Watch {
        /// Where it begins.
        from: WatchFrom,
        /// When the server is to end it.
        timeout: Duration,
    },
}
