//! One parser for the whole grammar of requests: where a path leads, what its query asks for.
