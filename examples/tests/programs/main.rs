//! Each program is run as a user would, and what it prints is compared.

mod apiserver;
mod cache;
mod clients;
mod cluster;
mod discovery;
mod help;
mod informers;
mod queues;
mod support;
mod tour;
