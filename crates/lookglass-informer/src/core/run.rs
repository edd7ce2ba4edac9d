//! Starting and stopping.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lookglass_object::{Cooler, Key};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::guarded::Guarded;
use super::inlet::Inlet;
use super::{Cell, CellQueue, Cells, Core, Settings};
pub(crate) use crate::processor::Work;
use crate::processor::{Control, Leaving};
use crate::reflector::Freshness;

/// Where the changes of a part come from.
pub(crate) trait Source: Send + Sync + 'static {
    /// Begins anew: the future pushes what happens until it is dropped. What the store holds already need not be held
    /// twice.
    fn run(&self, inlet: Inlet, known: Cells) -> Work;

    /// How fresh what comes is, in the present run.
    fn freshness(&self) -> Freshness;

    /// How many bytes have come, in all runs.
    fn received_bytes(&self) -> u64;
}

/// What runs for an informer now.
#[derive(Default)]
pub(crate) struct Run {
    runtime: Option<Handle>,
    tasks: Vec<JoinHandle<()>>,
    queues: Vec<CellQueue>,
    /// Whether it was started and not stopped.
    running: bool,
    /// Work of subscribers that came before there was a runtime.
    waiting: Vec<Arc<Control>>,
}

/// What is left to be waited for once an informer has been stopped.
struct Ended {
    tasks: Vec<JoinHandle<()>>,
    leaving: Leaving<Key, Cell>,
    /// Dropped when nothing is locked: handlers are in it.
    _parked: Vec<Work>,
}

impl Core {
    /// Starts, unless it runs.
    pub(crate) fn start(self: &Arc<Self>) {
        let runtime = Handle::current();
        let _lifecycle = self.lifecycle.lock();
        let Some((work, generation)) = self.begin() else { return };
        let mut run = self.run.lock();
        let spawn = |work| runtime.spawn(Guarded::new(work, self, generation));
        run.tasks = work.into_iter().map(spawn).collect();
        for work in run.waiting.drain(..).filter_map(|control| control.unpark()) {
            drop(runtime.spawn(work));
        }
        run.runtime = Some(runtime);
    }

    /// Starts, with work that is the caller's to do; `None` if it runs.
    pub(crate) fn start_here(self: &Arc<Self>) -> Option<Vec<Work>> {
        let _lifecycle = self.lifecycle.lock();
        self.begin().map(|(work, _)| work)
    }

    fn begin(self: &Arc<Self>) -> Option<(Vec<Work>, u64)> {
        if mem::replace(&mut self.run.lock().running, true) {
            return None;
        }
        let generation = self.processor.exclusively(|| {
            self.progress.begin();
            self.generation.fetch_add(1, Ordering::Relaxed) + 1
        });
        let queues: Vec<CellQueue> = self.parts.iter().map(|_| self.settings.queue()).collect();
        let mut work: Vec<Work> = Vec::with_capacity(queues.len() + 1);
        for (number, (part, queue)) in self.parts.iter().zip(&queues).enumerate() {
            let inlet = Inlet::new(self, number, queue.clone(), generation);
            work.push(part.source.run(inlet, self.store.clone()));
        }
        work.push(Box::pin(Arc::clone(self).keep_house()));
        self.run.lock().queues = queues;
        Some((work, generation))
    }

    pub(crate) fn is_running(&self) -> bool {
        self.run.lock().running
    }

    pub(crate) fn queues(&self) -> Vec<CellQueue> {
        self.run.lock().queues.clone()
    }

    /// Ends everything at once and frees the memory. Handlers are given nothing more.
    pub(crate) fn stop(&self) {
        let Ended { leaving, .. } = self.end();
        leaving.abandon();
    }

    /// Ends everything and frees the memory, and waits for it: handlers are given what they have not been told yet.
    pub(crate) async fn shut_down(&self) {
        let Ended { tasks, leaving, .. } = self.end();
        for task in tasks {
            // It was cancelled, which is no error here. What it had for subscribers that block goes to them with that.
            drop(task.await);
        }
        let handlers = leaving.controls();
        leaving.close();
        for handler in handlers {
            // A stream ends when its owner has read it.
            if handler.is_driven() && !handler.is_running_here() {
                handler.ended().await;
            }
        }
    }

    fn end(&self) -> Ended {
        let _lifecycle = self.lifecycle.lock();
        let Run { tasks, queues, waiting, .. } = mem::take(&mut *self.run.lock());
        // The objects go when nothing is locked any more.
        let objects = self.store.snapshot();
        // From here on nothing is written to the store by this run; and who subscribes meanwhile belongs either to it, or to
        // the next one and finds nothing here.
        let leaving = self.processor.exclusively(|| {
            self.generation.fetch_add(1, Ordering::Relaxed);
            self.progress.stop();
            self.store.clear();
            // There is nothing left to compare with, so this only takes the revision back.
            drop(self.store.replace(Vec::<Cell>::new(), None));
            self.processor.let_go()
        });
        drop(objects);
        for queue in queues {
            queue.close();
        }
        for task in &tasks {
            task.abort();
        }
        self.stop_cooling();
        let parked = waiting.iter().filter_map(|control| control.unpark()).collect();
        Ended { tasks, leaving, _parked: parked }
    }

    fn stop_cooling(&self) {
        let mut cooling = self.cooling.lock();
        let cooler = Cooler::new(self.settings.retention, self.settings.cooling);
        let cooled = mem::replace(&mut cooling.cooler, cooler);
        cooling.overlooked = false;
        drop(cooling);
        drop(cooled);
    }

    /// Runs the work of a subscriber: where the informer runs, else where the caller does, else once the informer starts.
    pub(crate) fn spawn(&self, control: &Arc<Control>, work: Work) {
        let mut run = self.run.lock();
        match run.runtime.clone().or_else(|| Handle::try_current().ok()) {
            Some(runtime) => drop(runtime.spawn(work)),
            None => {
                control.park(work);
                run.waiting.retain(|control| !control.is_removed());
                run.waiting.push(Arc::clone(control));
            }
        }
    }
}

impl Settings {
    fn queue(&self) -> CellQueue {
        let queue = CellQueue::builder(|object: &Cell| object.key().clone()).capacity(self.queue_capacity);
        match self.convert.clone() {
            Some(convert) => {
                queue.transformer(move |object| Ok::<_, std::convert::Infallible>(convert(object))).build()
            }
            None => queue.build(),
        }
    }
}
