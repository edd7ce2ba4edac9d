//! Bodies that faults strike: watches ([`Watched`]), and any that is cut short ([`Truncated`]).

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use lookglass_protocol::{
    request::Call,
    service::{Body, BoxError},
};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    Effect,
    bell::Bell,
    layer::severed,
    matcher::Asked,
    set::{Armed, Faults},
};

type Polled = Poll<Option<Result<Frame<Bytes>, BoxError>>>;

/// The body of a watch, under the faults that are for it.
pub(super) struct Watched {
    body: Body,
    asked: Asked,
    call: OnceLock<Option<Arc<Call>>>,
    faults: Arc<Faults>,
    opened: Instant,
    /// Which change of the set of faults was the last before it was opened.
    opened_at: u64,
    alarm: Alarm,
    mine: Vec<Mine>,
    timer: Option<Pin<Box<Sleep>>>,
    /// After half a frame: the error that follows it.
    breaking: Breaking,
}

/// A fault that is for this watch.
struct Mine {
    set: Arc<Armed>,
    /// It has done to this watch what it does, or spared it.
    done: bool,
    /// It holds this watch up while it lasts.
    stalls: bool,
}

/// How far a break in the middle of a frame has come.
enum Breaking {
    No,
    /// Half a frame was handed out. Whoever sends it gets a turn to do so before the error comes.
    HalfSent,
    Broken,
}

impl Watched {
    pub(super) fn new(body: Body, asked: Asked, faults: Arc<Faults>) -> Self {
        let alarm = Alarm::new(faults.changes());
        let opened_at = alarm.looked;
        let mut watched = Self {
            body,
            asked,
            call: OnceLock::new(),
            opened: Instant::now(),
            opened_at,
            alarm,
            mine: Vec::new(),
            timer: None,
            breaking: Breaking::No,
            faults,
        };
        watched.find_mine();
        watched
    }

    /// Finds the faults that are for this watch; those it knows keep what they have done.
    fn find_mine(&mut self) {
        if self.faults.none() {
            self.mine.clear();
            return;
        }
        let call = self.call.get_or_init(|| self.asked.call(&self.faults.catalog())).clone();
        let known = std::mem::take(&mut self.mine);
        let for_watches = |set: &Arc<Armed>| {
            let effect = &set.fault.effect;
            matches!(effect, Effect::Cut | Effect::CutFrame | Effect::WithholdBookmarks | Effect::Stall)
                && set.is_for(&self.asked, call.as_deref())
        };
        let mine = self.faults.all().into_iter().filter(for_watches).map(|set| {
            let known = known.iter().find(|known| Arc::ptr_eq(&known.set, &set));
            let (done, stalls) = known.map_or((false, false), |known| (known.done, known.stalls));
            Mine { set, done, stalls }
        });
        self.mine = mine.collect();
    }

    /// What the faults do now, before anything is read.
    fn strike(&mut self, now: Instant) -> Now {
        let mut stalled = false;
        for Mine { set, done, stalls } in &mut self.mine {
            match set.fault.effect {
                // The one moment has come, and it was open before.
                Effect::Cut if !*done && set.begins <= now => {
                    *done = true;
                    let open = self.opened < set.begins || set.fault.after.is_zero() && self.opened_at < set.since;
                    if open && set.strikes() {
                        return Now::End;
                    }
                }
                Effect::Stall if set.is_active(now) => {
                    if !*done {
                        *done = true;
                        *stalls = set.strikes();
                    }
                    stalled |= *stalls;
                }
                _ => {}
            }
        }
        if stalled { Now::Stall } else { Now::Read }
    }

    /// Wakes the reader when a fault begins or ends.
    fn set_timer(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let Some(next) = self.mine.iter().filter_map(|mine| mine.set.next_change(now)).min() else {
            self.timer = None;
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(next)));
        if timer.deadline() != next {
            timer.as_mut().reset(next);
        }
        timer.as_mut().poll(cx)
    }

    /// What is left of a piece of the body.
    fn pass(&mut self, data: Bytes, now: Instant) -> Option<Bytes> {
        let active = |set: &Armed, wanted: fn(&Effect) -> bool| wanted(&set.fault.effect) && set.is_active(now);
        for Mine { set, done, .. } in &mut self.mine {
            if !*done && active(set, |effect| matches!(effect, Effect::CutFrame)) {
                *done = true;
                if set.strikes() {
                    self.breaking = Breaking::HalfSent;
                    let first = frames(&data).next().map_or(data.len(), <[u8]>::len);
                    return Some(data.slice(..first / 2));
                }
            }
        }
        let withheld = |frame: &&[u8]| {
            is_bookmark(frame)
                && (self.mine.iter())
                    .any(|mine| active(&mine.set, |it| matches!(it, Effect::WithholdBookmarks)) && mine.set.strikes())
        };
        let bookmarks: Vec<&[u8]> = frames(&data).filter(withheld).collect();
        if bookmarks.is_empty() {
            return Some(data);
        }
        let mut left = frames(&data).filter(|frame| !bookmarks.iter().any(|bookmark| std::ptr::eq(*bookmark, *frame)));
        let first = left.next()?;
        Some(left.fold(first.to_vec(), |all, frame| [&*all, frame].concat()).into())
    }
}

enum Now {
    Read,
    Stall,
    End,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = self.get_mut();
        match this.breaking {
            Breaking::No => {}
            Breaking::HalfSent => {
                this.breaking = Breaking::Broken;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Breaking::Broken => return Poll::Ready(Some(Err(severed()))),
        }
        loop {
            if this.alarm.poll(cx) {
                this.find_mine();
            }
            if this.mine.is_empty() {
                return Pin::new(&mut this.body).poll_frame(cx);
            }
            let now = Instant::now();
            match this.strike(now) {
                Now::End => return Poll::Ready(None),
                Now::Stall => ready!(this.set_timer(now, cx)),
                Now::Read => {
                    let Poll::Ready(polled) = Pin::new(&mut this.body).poll_frame(cx) else {
                        ready!(this.set_timer(now, cx));
                        continue;
                    };
                    match polled.map(|frame| frame.map(Frame::into_data)) {
                        Some(Ok(Ok(data))) => {
                            if let Some(data) = this.pass(data, now) {
                                return Poll::Ready(Some(Ok(Frame::data(data))));
                            }
                        }
                        Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                        Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                        None => return Poll::Ready(None),
                    }
                }
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// Tells when the set of faults has changed. It asks to be woken once for each change and task, not each time it is polled: many watches would
/// come in each other's way.
struct Alarm {
    bell: Arc<Bell>,
    /// Which change was the last that it told of.
    looked: u64,
    next: Pin<Box<dyn Future<Output = ()> + Send>>,
    waker: Option<Waker>,
}

impl Alarm {
    fn new(bell: Arc<Bell>) -> Self {
        let looked = bell.rings();
        Self { next: Box::pin(beyond(Arc::clone(&bell), looked)), bell, looked, waker: None }
    }

    /// Whether there was a change since it said so last; if not, the task is woken at the next one.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let mut changed = false;
        loop {
            let rings = self.bell.rings();
            if rings != self.looked {
                (self.looked, self.waker, changed) = (rings, None, true);
                self.next = Box::pin(beyond(Arc::clone(&self.bell), rings));
            }
            if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
                return changed;
            }
            if self.next.as_mut().poll(cx).is_pending() {
                self.waker = Some(cx.waker().clone());
                return changed;
            }
        }
    }
}

async fn beyond(bell: Arc<Bell>, rings: u64) {
    bell.until(|| (bell.rings() != rings).then_some(())).await;
}

/// A body that breaks off after some bytes.
pub(super) struct Truncated {
    body: Body,
    left: u64,
    cut: bool,
    yielded: bool,
}

impl Truncated {
    pub(super) fn new(body: Body, length: u64) -> Self {
        Self { body, left: length, cut: false, yielded: false }
    }
}

impl http_body::Body for Truncated {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = self.get_mut();
        if this.cut {
            // What was handed out is sent before the connection fails.
            if !std::mem::replace(&mut this.yielded, true) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            return Poll::Ready(Some(Err(severed())));
        }
        let polled = ready!(Pin::new(&mut this.body).poll_frame(cx));
        Poll::Ready(match polled.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(mut data))) => {
                this.cut = data.len() as u64 >= this.left;
                data.truncate(usize::try_from(this.left).unwrap_or(usize::MAX));
                this.left -= data.len() as u64;
                Some(Ok(Frame::data(data)))
            }
            Some(Ok(Err(trailers))) => Some(Ok(trailers)),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

/// The frames in a piece of a watch: lines of JSON, or messages with their length before them.
fn frames(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let &first = data.first()?;
        let length = match first {
            b'{' => data.iter().position(|byte| *byte == b'\n').map(|at| at + 1),
            _ => data.first_chunk().map(|length| 4 + u32::from_be_bytes(*length) as usize),
        };
        // A piece that is no whole frame is passed on as it is.
        let (frame, rest) = data.split_at(length.unwrap_or(data.len()).min(data.len()));
        data = rest;
        Some(frame)
    })
}

/// Whether a frame, in JSON or protobuf, is a bookmark.
fn is_bookmark(frame: &[u8]) -> bool {
    frame.starts_with(br#"{"type":"BOOKMARK""#) || frame.get(4..).is_some_and(|it| it.starts_with(b"\x0a\x08BOOKMARK"))
}
