//! Content negotiation: what a client accepts, and what its body is.
