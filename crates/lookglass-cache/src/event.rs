//! What a subscriber is told.

/// A change of the reflection, as a subscriber sees it.
///
/// For each key the events of one subscriber form a sentence without contradictions: `Added`, any number of `Updated`
/// whose `old` is what was seen last, `Deleted`, and perhaps `Added` again.
///
/// `V` is expected to be cheap to clone, like an `Arc` or a cell around one.
///
/// ```
/// use lookglass_cache::Event;
///
/// fn tell(event: &Event<String>) -> String {
///     match event {
///         Event::Added { object, initial } => format!("+ {object} {initial}"),
///         Event::Updated { old, new } => format!("~ {old} -> {new}"),
///         Event::Deleted { last, certain } => format!("- {last} {certain}"),
///     }
/// }
/// assert_eq!(tell(&Event::Updated { old: "a".into(), new: "b".into() }), "~ a -> b");
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a handler that forgets deletions must not compile")]
pub enum Event<V> {
    /// An object is there that was not there before.
    Added {
        /// The object.
        object: V,
        /// Whether it belongs to the state found at the beginning.
        initial: bool,
    },
    /// An object changed, or is repeated by a resync (then `old` and `new` are the same version).
    Updated {
        /// What the subscriber saw last.
        old: V,
        /// What there is now.
        new: V,
    },
    /// An object is gone.
    Deleted {
        /// The last state known.
        last: V,
        /// `true` when the deletion itself was seen, so that `last` is the final state; `false` when it was found out
        /// by comparing with a later list.
        certain: bool,
    },
}

impl<V> Event<V> {
    /// The object the event is about, in its newest known state.
    pub fn object(&self) -> &V {
        match self {
            Self::Added { object, .. } => object,
            Self::Updated { new, .. } => new,
            Self::Deleted { last, .. } => last,
        }
    }
}
