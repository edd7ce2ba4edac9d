//! The canonical JSON of built-in kinds: as Go writes it, with what it does not know left out.
