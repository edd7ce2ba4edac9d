//! Each program is run as a user would, and what it prints is compared.

mod apiserver;
mod cache;
mod clients;
mod discovery;
mod help;
mod queues;
mod support;
