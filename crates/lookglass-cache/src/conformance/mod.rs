//! Contracts as code: each function takes a way to make an implementation, and panics where it breaks its word.
