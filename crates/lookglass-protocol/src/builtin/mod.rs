//! The table of the built-in resources.
