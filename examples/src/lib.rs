//! What the programs share: the arguments that name a [`Cluster`], the [`Connection`] to it or to an API server in the program itself, [`about`] for programs
//! without arguments, and [`pause`].
#![forbid(unsafe_code)]

mod about;
mod cluster;
mod connection;
mod pause;

pub use about::about;
pub use cluster::Cluster;
pub use connection::{Connection, connect, moment, run_pods};
pub use pause::pause;
