//! What the programs share: the arguments that name a [`Cluster`] and say [`Until`] when a program looks on, the [`Connection`] to the cluster or to an API
//! server in the program itself, [`about`] for programs that need neither, a [`pause`] for the reader, [`http`] for those that answer
//! questions, and the [`Heap`] for those that measure.

mod about;
mod closed_pipe;
mod cluster;
mod connection;
mod heap;
pub mod http;
mod pause;
mod until;

pub use about::about;
pub use cluster::Cluster;
pub use connection::{Connection, connect, moment, run_pods};
pub use heap::Heap;
pub use pause::pause;
pub use until::Until;
