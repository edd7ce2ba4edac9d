//! Discovery of servers that answer by a script, of a real server's recorded answers, and of the embedded API server.

mod aggregated;
mod embedded;
mod legacy;
mod memory;
mod openapi;
mod recorded;
pub(crate) mod script;
pub(crate) mod surface;
