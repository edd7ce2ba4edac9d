//! What handles do, against the embedded API server, and what they send that it does not serve yet, against a recording.

mod pods;
mod reading;
mod requests;
mod writing;
