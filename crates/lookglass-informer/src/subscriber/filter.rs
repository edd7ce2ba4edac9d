//! Telling a subscriber of some objects only: [`Filter`].

use std::collections::HashSet;

use lookglass_object::Key;

use crate::Event;
use crate::core::Cell;

type CellEvent = lookglass_cache::Event<Cell>;

/// Makes of the events of all objects those of the chosen ones.
///
/// It remembers which objects the subscriber knows, instead of asking about old states again. So the subscriber's sentences
/// stay free of contradictions even when the answer for one state changes, and no deletion is lost when the final
/// state differs from the one that was told.
pub(super) struct Filter {
    chosen: Box<dyn FnMut(&Cell) -> bool + Send>,
    known: HashSet<Key>,
}

impl Filter {
    pub(super) fn new(chosen: impl FnMut(&Cell) -> bool + Send + 'static) -> Self {
        Self { chosen: Box::new(chosen), known: HashSet::new() }
    }

    /// The same, and another condition.
    pub(super) fn and(self, mut also: impl FnMut(&Cell) -> bool + Send + 'static) -> Self {
        let mut chosen = self.chosen;
        Self { chosen: Box::new(move |object| chosen(object) && also(object)), known: self.known }
    }

    /// The event as the subscriber is told it.
    pub(super) fn pass(&mut self, event: &CellEvent) -> Option<CellEvent> {
        let key = event.object().key();
        if let Event::Deleted { .. } = event {
            let was_known = self.known.remove(key);
            if self.known.capacity() > FEW && self.known.len() * 4 < self.known.capacity() {
                self.known.shrink_to(self.known.len() * 2);
            }
            return was_known.then(|| event.clone());
        }
        let was_known = self.known.contains(key);
        match (was_known, (self.chosen)(event.object())) {
            (true, true) => Some(event.clone()),
            (false, false) => None,
            (false, true) => {
                self.known.insert(key.clone());
                let initial = matches!(event, Event::Added { initial: true, .. });
                Some(Event::Added { object: event.object().clone(), initial })
            }
            (true, false) => {
                self.known.remove(key);
                let last = match event {
                    Event::Updated { old, .. } => old,
                    Event::Added { object, .. } => object,
                    Event::Deleted { last, .. } => last,
                };
                Some(Event::Deleted { last: last.clone(), certain: true })
            }
        }
    }
}

/// Room for so many keys is not given back.
const FEW: usize = 64;
