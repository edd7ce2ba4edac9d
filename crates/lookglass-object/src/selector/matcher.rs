//! Asking one selector about many objects: [`Matcher`].

use std::fmt;

use super::Selector;
use crate::LabelSet;

/// A [`Selector`] for going through many objects: what it has said of a label set it does not work out again while it
/// remembers that set.
///
/// Objects of one workload share one [`LabelSet`] and mostly lie together, so that the selector is put to each set once
/// instead of to each object. The answers are those of [`Selector::matches`].
///
/// ```
/// use lookglass_object::{Interner, Selector};
///
/// let interner = Interner::new();
/// let sets = ["web", "db", "web"].map(|app| interner.labels([("app", app)]));
/// let mut matcher = "app=web".parse::<Selector>()?.matcher();
/// assert_eq!(sets.iter().filter(|labels| matcher.matches(labels)).count(), 2);
/// # Ok::<(), lookglass_object::SelectorError>(())
/// ```
///
/// # Cost
///
/// Making one allocates a kilobyte, and it grows to at most 256 while it meets new sets. An answer that is remembered costs
/// one comparison and touches nothing of the set; any other costs what the selector costs and counts a reference, because a
/// set that is remembered is kept alive: 16,384 at most.
pub struct Matcher {
    selector: Selector,
    /// What was said last of the sets that belong in each place, by their address. As many as a power of two.
    said: Box<[Said]>,
    /// How many sets were new since the places were made.
    new: usize,
}

type Said = Option<(LabelSet, bool)>;

const FEWEST_PLACES: usize = 64;
const MOST_PLACES: usize = 16_384;
const GROWTH: usize = 4;

impl Matcher {
    pub(super) fn new(selector: Selector) -> Self {
        Self { selector, said: places(FEWEST_PLACES), new: 0 }
    }

    /// The selector that is asked.
    #[must_use]
    pub fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Whether an object with these labels is chosen.
    #[must_use]
    #[inline]
    pub fn matches(&mut self, labels: &LabelSet) -> bool {
        match &self.said[place(labels, self.said.len())] {
            Some((known, chosen)) if known.is_same(labels) => *chosen,
            _ => self.ask(labels),
        }
    }

    fn ask(&mut self, labels: &LabelSet) -> bool {
        self.new += 1;
        if self.new > self.said.len() && self.said.len() < MOST_PLACES {
            self.grow();
        }
        let chosen = self.selector.matches(labels);
        self.said[place(labels, self.said.len())] = Some((labels.clone(), chosen));
        chosen
    }

    fn grow(&mut self) {
        let mut more = places(self.said.len() * GROWTH);
        for (labels, chosen) in self.said.iter_mut().filter_map(Option::take) {
            let place = place(&labels, more.len());
            more[place] = Some((labels, chosen));
        }
        (self.said, self.new) = (more, 0);
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matcher({})", self.selector)
    }
}

fn places(count: usize) -> Box<[Said]> {
    vec![None; count].into_boxed_slice()
}

/// Where a set belongs among `count` places. Sets lie at multiples of their size, so the bits of the address are mixed.
#[inline]
fn place(labels: &LabelSet, count: usize) -> usize {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    ((labels.address() as u64).wrapping_mul(GOLDEN) >> 32) as usize & (count - 1)
}
