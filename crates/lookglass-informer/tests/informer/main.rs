//! Informers against the embedded API server, in process and mostly in paused time.

mod basics;
mod support;
