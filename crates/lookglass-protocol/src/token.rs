//! The text of continue tokens.
