//! The server itself, without a socket: a tower service over a backend.
