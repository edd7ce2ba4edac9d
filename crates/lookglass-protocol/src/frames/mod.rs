//! Watches as bytes: frames, bookmarks, the end.
