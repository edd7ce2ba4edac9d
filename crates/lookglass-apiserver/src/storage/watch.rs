//! One watch of the storage: [`Watch`].

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use lookglass_object::Status;
use lookglass_protocol::{Change, ChangeKind, WatchItem, Watcher};

use super::{
    event::Event,
    line::Line,
    objects::{Objects, Place},
    selection::{Facts, Hold, Selection},
    shelf::Shelf,
};

/// A watch: first the state or the past, then every change, in the order of versions, none twice; or it ends.
///
/// It ends when its reader falls further behind than [`Limits::queue`](super::Limits::queue), when the watches are ended, and after an error.
/// Dropping it frees what waits for it, and nothing is matched for it any more.
///
/// # Cost
///
/// State and past are read from copies that share everything with the storage; an event is shared by all who are told of it.
#[derive(Debug)]
pub struct Watch {
    stage: Stage,
    /// Up to which version everything was handed out.
    handed: u64,
    seat: Option<Seat>,
}

#[derive(Debug)]
enum Stage {
    State { objects: Objects, places: std::ops::Range<Place>, version: u64, end_mark: bool },
    Past(std::vec::IntoIter<Arc<Event>>),
    Live,
    Failing(Status),
    Over,
}

/// The place of a watch among those who are told.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) shelf: Arc<Shelf>,
    pub(super) selection: Arc<Selection>,
    pub(super) line: Arc<Line>,
    pub(super) hold: Hold,
    pub(super) number: u64,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.shelf.lock().hub.remove(&self.hold, self.number);
    }
}

/// How many objects or events one poll looks at before others have their turn.
const TURN: usize = 512;

impl Watch {
    /// The state of a version, each object as added; then what comes later.
    pub(super) fn state(
        seat: Seat,
        objects: Objects,
        places: std::ops::Range<Place>,
        version: u64,
        end_mark: bool,
    ) -> Self {
        Self { stage: Stage::State { objects, places, version, end_mark }, handed: 0, seat: Some(seat) }
    }

    /// What happened after a version; then what comes later.
    pub(super) fn past(seat: Seat, events: Vec<Arc<Event>>, after: u64) -> Self {
        let stage = if events.is_empty() { Stage::Live } else { Stage::Past(events.into_iter()) };
        Self { stage, handed: after, seat: Some(seat) }
    }

    /// One that begins with its end.
    pub(super) fn failed(status: Status) -> Self {
        Self { stage: Stage::Failing(status), handed: 0, seat: None }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<WatchItem>> {
        let Some(seat) = self.seat.as_ref().filter(|seat| !seat.line.is_over()) else {
            self.seat = None;
            return Poll::Ready(match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Failing(status) => Some(WatchItem::Failed(status)),
                _ => None,
            });
        };
        for _ in 0..TURN {
            let item = match &mut self.stage {
                Stage::State { objects, places, version, end_mark } => {
                    let object = if places.is_empty() { None } else { objects.at(places.start) };
                    if let Some(object) = object {
                        places.start = objects.after(places.start);
                        let matches = seat.selection.matches(&mut Facts::of(object));
                        matches.then(|| WatchItem::Change(Change::new(ChangeKind::Added, object.clone())))
                    } else {
                        self.handed = *version;
                        let complete = end_mark.then_some(WatchItem::Complete(*version));
                        self.stage = Stage::Live;
                        complete
                    }
                }
                Stage::Past(events) => match events.next() {
                    Some(event) => {
                        self.handed = event.version();
                        let seen = event.seen_by(&seat.selection, &mut event.facts());
                        seen.map(|kind| WatchItem::Change(event.change(kind)))
                    }
                    None => {
                        self.stage = Stage::Live;
                        None
                    }
                },
                Stage::Live => {
                    let next = ready!(seat.line.poll(cx));
                    return Poll::Ready(next.map(|(event, kind)| {
                        self.handed = event.version();
                        WatchItem::Change(event.change(kind))
                    }));
                }
                Stage::Failing(_) | Stage::Over => return Poll::Ready(None),
            };
            if item.is_some() {
                return Poll::Ready(item);
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Watcher for Watch {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WatchItem>> {
        self.get_mut().poll(cx)
    }

    fn progress(&self) -> u64 {
        match (&self.stage, &self.seat) {
            (Stage::State { .. }, _) => 0,
            (Stage::Live, Some(seat)) => {
                // In this order: what was told before is in the line, so if nothing is there it was handed out.
                let told = seat.shelf.told();
                if seat.line.is_empty() && !seat.line.is_over() { self.handed.max(told) } else { self.handed }
            }
            _ => self.handed,
        }
    }
}
