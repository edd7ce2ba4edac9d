//! Every version of every object, and who is told of a new one.
