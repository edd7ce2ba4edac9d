//! Streaming lists: how long whoever reads them waits for their end; and such whose end comes late, with what changes meanwhile told before it, as by a server whose cache has yet
//! to catch up.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use lookglass_client::BoxError;
use memchr::memmem;
use tokio::time::{Instant, Sleep, sleep};

use crate::spoiler::Plan;

/// What whoever reads a streaming list may take until it has the end of it, or gives up: by default 10 s without anything new, and two minutes as a whole.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(120));

/// The body of a streaming list.
///
/// In JSON its end may come late: the bookmark is held back for a while, and then tells the version up to which everything has been told by then.
pub(crate) struct StreamingList {
    body: UnsyncBoxBody<Bytes, BoxError>,
    late: Option<Duration>,
    held: Option<Held>,
    watch: Overtime,
}

/// Notes whether a list is waited for too long.
struct Overtime {
    opened: Instant,
    moved: Instant,
    over: bool,
    plan: Plan,
    jumps: u64,
}

impl Overtime {
    fn see(&mut self, frame: &[u8]) {
        if self.over {
            return;
        }
        self.over = find(frame, END).is_some();
        if find(frame, b"ADDED").is_some() {
            self.moved = Instant::now();
        }
    }
}

impl Drop for Overtime {
    fn drop(&mut self) {
        // Whoever is held up does not wait for the server.
        let (still, whole) = (self.plan.awake_since(self.moved), self.plan.awake_since(self.opened));
        let slack = Duration::from_secs(1);
        if !self.over && self.jumps == self.plan.jumps() && (still > PATIENCE.0 + slack || whole > PATIENCE.1 + slack) {
            self.plan.complain(format!("a streaming list was waited for {whole:?}, {still:?} of it with nothing new"));
        }
    }
}

struct Held {
    frame: Vec<u8>,
    until: Pin<Box<Sleep>>,
}

const END: &[u8] = b"k8s.io/initial-events-end";
const VERSION: &[u8] = b"\"resourceVersion\":\"";

impl StreamingList {
    pub(crate) fn new(body: UnsyncBoxBody<Bytes, BoxError>, late: Option<Duration>, plan: Plan) -> Self {
        let (now, jumps) = (Instant::now(), plan.jumps());
        Self { body, late, held: None, watch: Overtime { opened: now, moved: now, over: false, plan, jumps } }
    }

    fn pass(&mut self, data: Bytes) -> Bytes {
        let Some(late) = self.late.filter(|_| data.starts_with(b"{\"type\"")) else {
            self.watch.see(&data);
            return data;
        };
        let mut passed = Vec::with_capacity(data.len());
        for frame in data.split_inclusive(|byte| *byte == b'\n') {
            if find(frame, END).is_some() {
                self.held = Some(Held { frame: frame.to_vec(), until: Box::pin(sleep(late)) });
                continue;
            }
            self.watch.see(frame);
            passed.extend_from_slice(frame);
            if let (Some(held), Some(version)) = (&mut self.held, version_in(frame)) {
                let old = version_in(&held.frame).expect("a bookmark has one");
                let (begin, end) = (&held.frame[..old.start], &held.frame[old.end..]);
                held.frame = [begin, &frame[version], end].concat();
            }
        }
        passed.into()
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memmem::find(bytes, wanted)
}

fn version_in(frame: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = find(frame, VERSION)? + VERSION.len();
    let length = frame[start..].iter().position(|byte| *byte == b'"')?;
    Some(start..start + length)
}

impl http_body::Body for StreamingList {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        loop {
            if let Some(held) = &mut this.held
                && held.until.as_mut().poll(cx).is_ready()
            {
                let frame = std::mem::take(&mut held.frame);
                this.held = None;
                (this.watch.over, this.late) = (true, None);
                return Poll::Ready(Some(Ok(Frame::data(frame.into()))));
            }
            let polled = Pin::new(&mut this.body).poll_frame(cx);
            let Poll::Ready(Some(Ok(frame))) = polled else { return polled };
            let Ok(data) = frame.into_data() else { continue };
            let data = this.pass(data);
            if !data.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(data))));
            }
        }
    }
}
