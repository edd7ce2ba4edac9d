//! Go's own bytes, in both encodings, and what hostile senders make of them.

mod forms;
mod golden;
mod hostile;
