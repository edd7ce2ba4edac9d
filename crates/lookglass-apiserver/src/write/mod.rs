//! What a write means: metadata, preconditions, patches, deletion.
