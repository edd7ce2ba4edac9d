//! What must be done behind the scenes, and when: [`Plan`].
//!
//! Made of what a recording shows ([`Sightings`]): versions that no recorded request made are put into the server as they were, under their own numbers,
//! no later than the first answer that shows them. Numbers are the server's own sequence, so what is put in must come in the order of numbers.

use serde_json::Value;

use crate::{
    recording::Recording,
    sightings::{Sightings, Trouble},
    timeline::{State, Subject, Timeline, When},
};

/// One thing to do behind the scenes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cue {
    /// The number that it takes in the server's sequence.
    pub(crate) number: u64,
    pub(crate) when: When,
    pub(crate) action: Action,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Put(Subject, Value),
    Remove(Subject),
    /// Nothing but the sequence moves on.
    Reach,
}

/// The play of a recording.
#[derive(Debug)]
pub(crate) struct Plan {
    /// In the order of numbers.
    pub(crate) cues: Vec<Cue>,
    /// What each exchange makes by itself, in the order of exchanges.
    pub(crate) made: Vec<(usize, u64, Subject, State)>,
    pub(crate) troubles: Vec<(usize, Trouble)>,
}

impl Plan {
    /// The play of a recording with a server in which these are from the beginning.
    pub(crate) fn of(recording: &Recording, initial: Vec<(Subject, Value)>) -> Self {
        let sightings = Sightings::of(recording).completed(initial);
        Self::schedule(&sightings.timeline, sightings.troubles)
    }

    /// Each cue at the latest moment that still is in order.
    fn schedule(timeline: &Timeline, troubles: Vec<(usize, Trouble)>) -> Self {
        let mut cues = Vec::new();
        let mut made = Vec::new();
        let mut barriers: Vec<(u64, When)> = timeline.marks.clone();
        for (subject, history) in &timeline.histories {
            for (number, version) in history {
                if let Some(maker) = version.maker {
                    barriers.push((*number, When::before(maker)));
                    made.push((maker, *number, subject.clone(), version.state.clone()));
                    continue;
                }
                let action = match &version.state {
                    State::Present(object) => Action::Put(subject.clone(), object.clone()),
                    State::Gone => Action::Remove(subject.clone()),
                };
                cues.push(Cue { number: *number, when: version.when, action });
            }
        }
        cues.extend(timeline.marks.iter().map(|(number, when)| Cue {
            number: *number,
            when: *when,
            action: Action::Reach,
        }));
        cues.sort_by_key(|cue| (cue.number, cue.action == Action::Reach));
        barriers.sort_unstable();
        let mut limit = None::<When>;
        let mut barriers = barriers.into_iter().rev().peekable();
        for cue in cues.iter_mut().rev() {
            while let Some((_, when)) = barriers.next_if(|(number, _)| *number > cue.number) {
                limit = Some(limit.map_or(when, |limit| limit.min(when)));
            }
            limit = Some(limit.map_or(cue.when, |limit| limit.min(cue.when)));
            cue.when = limit.unwrap_or(cue.when);
        }
        made.sort_by_key(|(maker, number, ..)| (*maker, *number));
        Self { cues, made, troubles }
    }
}
