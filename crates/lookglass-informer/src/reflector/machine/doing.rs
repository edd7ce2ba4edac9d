//! What a machine is about, and when it has waited long enough.

use std::{
    fmt,
    time::{Duration, Instant},
};

use lookglass_object::ResourceVersion;

use super::{Gathering, Machine};
use crate::later::later;
use crate::reflector::{Cause, ReflectorError, Remedy};

/// What a machine is about.
pub(super) enum Doing<K> {
    /// Nothing is open; then something begins.
    Resting { until: Instant, then: Next, why: Option<Cause> },
    /// A list in pages comes in.
    Listing {
        asked: Asked,
        gathering: Gathering<K>,
        /// When something last came.
        moved: Instant,
        /// All was asked for in one page.
        whole: bool,
        /// Any state would do.
        any: bool,
    },
    /// A streaming list comes in.
    Streaming { asked: Asked, gathering: Gathering<K>, moved: Instant },
    /// A watch is open, or is being opened.
    Watching {
        asked: Asked,
        /// After which version it began.
        began: ResourceVersion,
        /// It has told something.
        spoke: bool,
    },
    /// The server is asked whether it still knows the version.
    Probing { asked: Asked },
    /// It has ended.
    Over,
}

/// What begins when a rest is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    List,
    Pages,
    /// A list in one page.
    Whole,
    Watch,
    Probe,
}

/// A request that was made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) at: Instant,
    /// When the answer began to come.
    pub(super) answered: Option<Instant>,
    /// When something last came, or the answer began.
    pub(super) heard: Instant,
    /// How long what is answered may last.
    pub(super) lasts: Duration,
}

impl Asked {
    pub(super) fn new(now: Instant, lasts: Duration) -> Self {
        Self { at: now, answered: None, heard: now, lasts }
    }

    pub(super) fn answered(&mut self, now: Instant) {
        self.answered = Some(now);
        self.heard = now;
    }

    /// How long the answer has been coming.
    pub(super) fn lived(&self, now: Instant) -> Duration {
        self.answered.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }
}

impl<K> Doing<K> {
    /// Moves everything that was measured into the future.
    pub(super) fn shift(&mut self, time: Duration) {
        let (asked, moved) = match self {
            Self::Listing { asked, moved, .. } | Self::Streaming { asked, moved, .. } => (asked, Some(moved)),
            Self::Watching { asked, .. } | Self::Probing { asked } => (asked, None),
            Self::Resting { .. } | Self::Over => return,
        };
        for instant in
            [Some(&mut asked.at), asked.answered.as_mut(), Some(&mut asked.heard), moved].into_iter().flatten()
        {
            *instant += time;
        }
    }
}

impl<K> fmt::Debug for Doing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resting { until, then, why } => write!(f, "Resting({until:?}, {then:?}, {why:?})"),
            Self::Listing { gathering, whole, .. } => write!(f, "Listing({}, whole: {whole})", gathering.len()),
            Self::Streaming { gathering, .. } => write!(f, "Streaming({})", gathering.len()),
            Self::Watching { began, asked, .. } => write!(f, "Watching({began:?}, {asked:?})"),
            Self::Probing { .. } => f.write_str("Probing"),
            Self::Over => f.write_str("Over"),
        }
    }
}

impl<K> Machine<K> {
    /// By when something has to come, or to be done.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let options = &self.options;
        match &self.doing {
            Doing::Resting { .. } | Doing::Over => None,
            Doing::Listing { moved, .. } => Some(later(*moved, options.answer_patience)),
            Doing::Probing { asked } => Some(later(asked.at, options.answer_patience)),
            Doing::Streaming { asked, .. } | Doing::Watching { asked, .. } if asked.answered.is_none() => {
                Some(later(asked.at, options.answer_patience))
            }
            Doing::Streaming { asked, moved, .. } => {
                let whole = later(asked.answered.unwrap_or(asked.at), options.streaming_limit);
                Some(whole.min(later(*moved, options.streaming_patience)))
            }
            Doing::Watching { asked, .. } => {
                let over = later(asked.answered.unwrap_or(asked.at), asked.lasts);
                let silent = self.bookmarks.then_some(later(asked.heard, self.patience));
                [Some(over), silent, self.repair_at].into_iter().flatten().min()
            }
        }
    }

    /// Gives up what has taken too long.
    pub(super) fn check_deadlines(&mut self, now: Instant) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        let patience = self.options.answer_patience;
        match &self.doing {
            Doing::Resting { .. } | Doing::Over => {}
            Doing::Listing { .. } => self.again(ReflectorError::NoAnswer { after: patience }, Remedy::List, now),
            Doing::Probing { .. } => self.again(ReflectorError::NoAnswer { after: patience }, Remedy::Watch, now),
            Doing::Watching { asked, .. } if asked.answered.is_none() => {
                self.again(ReflectorError::NoAnswer { after: patience }, Remedy::Watch, now);
            }
            Doing::Streaming { asked, .. } if asked.answered.is_none() => {
                self.torn_stream(ReflectorError::NoAnswer { after: patience }, now);
            }
            Doing::Streaming { gathering, .. } => {
                let error = ReflectorError::Unfinished { objects: gathering.len() };
                self.avoid_streaming(now);
                self.fail(error, Remedy::Pages, Duration::ZERO, now);
            }
            Doing::Watching { asked, spoke, .. } => {
                let (heard, spoke) = (asked.heard, *spoke);
                if self.repair_at.is_some_and(|at| at <= now) {
                    self.repair_at = None;
                    self.rest(Next::List, None, now);
                } else if asked.lived(now) >= asked.lasts {
                    let remedy = if spoke { Remedy::Watch } else { Remedy::Probe };
                    self.fail(ReflectorError::Overdue, remedy, Duration::ZERO, now);
                } else {
                    let after = now.saturating_duration_since(heard);
                    // If there was nothing wrong, the next suspicion comes later; a watch in its time ends anyway.
                    let longest = self.options.watch_timeout.saturating_mul(2).saturating_add(self.options.grace);
                    self.patience = self.patience.saturating_mul(2).min(longest);
                    self.fail(ReflectorError::Silent { after }, Remedy::Probe, Duration::ZERO, now);
                }
            }
        }
    }
}
