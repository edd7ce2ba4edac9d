//! Does what a machine says, over a `ListWatch`: [`Driver`].

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream as _;
use lookglass_client::{Error, List, ListFrom, ListOptions, ListWatch, Watch, WatchFrom, WatchOptions};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    Failure, Freshness, Machine, ObjectChange,
    machine::{Request, Step},
};

/// Is called with everything that goes wrong.
pub(super) type OnError = Arc<dyn Fn(&Failure) + Send + Sync>;

/// A machine with its connection. What is open is in here, so whoever polls it may stop at any time and go on later.
pub(super) struct Driver<K> {
    list_watch: ListWatch<K>,
    pub(super) machine: Machine<K>,
    open: Open<K>,
    timer: Option<Pin<Box<Sleep>>>,
    /// It has read all that one may read before others have a turn.
    turn_is_over: bool,
    freshness: Freshness,
    on_error: Option<OnError>,
}

/// What is open.
enum Open<K> {
    Nothing,
    List { list: Box<List<K>>, probe: bool },
    Opening(Opening<K>),
    Watch(Box<Watch<K>>),
}

type Opening<K> = Pin<Box<dyn Future<Output = Result<Watch<K>, Error>> + Send>>;

/// What is read at most before others have a turn, and before what was read is pushed.
const TURN: usize = 256;

impl<K: 'static> Driver<K> {
    pub(super) fn new(
        list_watch: ListWatch<K>,
        machine: Machine<K>,
        freshness: Freshness,
        on_error: Option<OnError>,
    ) -> Self {
        // The machine has a patience of its own, and every failure is to be seen.
        let list_watch = list_watch.once(true);
        Self { list_watch, machine, open: Open::Nothing, timer: None, turn_is_over: false, freshness, on_error }
    }

    /// Runs until there are changes to push, which are moved to the end of `into`. `false` when it is over.
    pub(super) fn poll_changes(&mut self, into: &mut Vec<ObjectChange<K>>, cx: &mut Context<'_>) -> Poll<bool> {
        if std::mem::take(&mut self.turn_is_over) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            let now = Instant::now();
            self.turn_is_over = self.read(now.into_std(), cx);
            let step = self.machine.poll(now.into_std());
            let until = match step {
                Step::Ask(request) => {
                    self.open = self.ask(request);
                    continue;
                }
                Step::Read { until } => Some(until),
                Step::Rest { until } => {
                    self.open = Open::Nothing;
                    Some(until)
                }
                Step::Over => {
                    self.open = Open::Nothing;
                    None
                }
            };
            self.tell();
            self.machine.take_changes(into);
            if !into.is_empty() {
                return Poll::Ready(true);
            }
            let Some(until) = until else { return Poll::Ready(false) };
            if std::mem::take(&mut self.turn_is_over) {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let until = Instant::from_std(until);
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
            if timer.deadline() != until {
                timer.as_mut().reset(until);
            }
            if timer.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Shows how things are, and reports what went wrong.
    pub(super) fn tell(&mut self) {
        self.freshness.show(&self.machine);
        for failure in self.machine.take_failures() {
            tracing::debug!(
                resource = %self.list_watch.resource(),
                cause = failure.cause().as_str(),
                "{failure}"
            );
            if let Some(hook) = &self.on_error {
                // Whoever is told must not end the watch by a panic.
                drop(catch_unwind(AssertUnwindSafe(|| hook(&failure))));
            }
        }
    }

    /// Reads what is there; whether there is more, but others should have a turn.
    fn read(&mut self, now: std::time::Instant, cx: &mut Context<'_>) -> bool {
        let machine = &mut self.machine;
        for _ in 0..TURN {
            if !machine.is_reading() {
                return false;
            }
            match &mut self.open {
                Open::Nothing => return false,
                Open::Opening(opening) => match opening.as_mut().poll(cx) {
                    Poll::Pending => return false,
                    Poll::Ready(Ok(watch)) => {
                        self.open = Open::Watch(Box::new(watch));
                        machine.opened(now);
                    }
                    Poll::Ready(Err(error)) => {
                        self.open = Open::Nothing;
                        machine.failed(error, now);
                    }
                },
                Open::Watch(watch) => match Pin::new(&mut **watch).poll_next(cx) {
                    Poll::Pending => return false,
                    Poll::Ready(Some(Ok(event))) => machine.event(event, now),
                    Poll::Ready(Some(Err(error))) => machine.failed(error, now),
                    Poll::Ready(None) => machine.ended(now),
                },
                Open::List { list, probe: true } => match Pin::new(&mut **list).poll_next(cx) {
                    Poll::Pending => return false,
                    Poll::Ready(Some(Err(error))) if !matches!(error, Error::Item { .. }) => {
                        machine.failed(error, now);
                    }
                    Poll::Ready(Some(_)) if list.version().is_unset() => {}
                    Poll::Ready(_) => machine.listed(list.version().clone(), 1, now),
                },
                Open::List { list, probe: false } => match Pin::new(&mut **list).poll_next(cx) {
                    Poll::Pending => return false,
                    Poll::Ready(Some(Ok(object))) => machine.item(object, now),
                    Poll::Ready(Some(Err(error))) => machine.failed(error, now),
                    Poll::Ready(None) => machine.listed(list.version().clone(), list.pages(), now),
                },
            }
        }
        true
    }

    fn ask(&self, request: Request) -> Open<K> {
        let options = self.machine.options();
        // Whoever asks for the newest state has no version yet, or none that can be trusted: then the same version says nothing.
        let newest = |list_watch: &ListWatch<K>| list_watch.clone().anew();
        let listing = |from, page_size| {
            let list_watch = if from == ListFrom::Latest { newest(&self.list_watch) } else { self.list_watch.clone() };
            let list = ListOptions::default().labels(options.labels.clone()).fields(options.fields.clone());
            Box::new(list_watch.list(&list.from(from).page_size(page_size)))
        };
        match request {
            Request::List { from, page_size } => Open::List { list: listing(from, page_size), probe: false },
            Request::Probe { from } => Open::List { list: listing(from, 1), probe: true },
            Request::Watch { from, timeout } => {
                let list_watch =
                    if from == WatchFrom::State { newest(&self.list_watch) } else { self.list_watch.clone() };
                let (labels, fields) = (options.labels.clone(), options.fields.clone());
                let watch = WatchOptions::new(from).timeout(timeout).labels(labels).fields(fields);
                Open::Opening(Box::pin(async move { list_watch.watch(&watch).await }))
            }
        }
    }
}

impl<K> Drop for Driver<K> {
    fn drop(&mut self) {
        self.freshness.stop();
    }
}
