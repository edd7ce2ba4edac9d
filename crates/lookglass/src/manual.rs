//! The manual: how to get here from where you are.
//!
//! | page | for whom |
//! | --- | --- |
//! | [`first_program`] | whoever begins: a program, line by line |
//! | [`coming_from_client_go`] | who knows client-go: each name there and here, code side by side, what differs and why |
//! | [`coming_from_kube`] | who has a program on kube and kube-runtime: what stays, what changes, how to move one informer at a time |
//!
//! All code on these pages is compiled with the crate's tests. Programs that do a job each, and run without a cluster, are in `examples/` of the repository.

pub mod coming_from_client_go;
pub mod coming_from_kube;
pub mod first_program;
