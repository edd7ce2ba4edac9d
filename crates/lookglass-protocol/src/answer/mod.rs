//! Bodies of answers: objects, lists, statuses, in every form a client may ask for.
