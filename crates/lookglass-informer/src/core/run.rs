//! Starting and stopping.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::{Cell, CellQueue, Cells, Core, Settings};
use crate::processor::Control;
use crate::reflector::Freshness;

/// Where the changes of a part come from.
pub(crate) trait Source: Send + Sync + 'static {
    /// Begins anew: the future pushes what happens into the queue until it is dropped. What the store holds already need
    /// not be held twice.
    fn run(&self, queue: CellQueue, known: Cells) -> Work;

    /// How fresh what comes is, in the present run.
    fn freshness(&self) -> Freshness;
}

pub(crate) type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What runs for an informer now.
#[derive(Default)]
pub(crate) struct Run {
    runtime: Option<Handle>,
    tasks: Vec<JoinHandle<()>>,
    queues: Vec<CellQueue>,
    /// Work of subscribers that came before there was a runtime.
    waiting: Vec<Work>,
}

impl Core {
    /// Starts, unless it runs.
    pub(crate) fn start(self: &Arc<Self>) {
        let runtime = Handle::current();
        let mut run = self.run.lock();
        if !run.tasks.is_empty() {
            return;
        }
        let generation = self.processor.exclusively(|| {
            self.progress.begin();
            self.generation.fetch_add(1, Ordering::Relaxed) + 1
        });
        for (number, part) in self.parts.iter().enumerate() {
            let queue = self.settings.queue();
            run.queues.push(queue.clone());
            run.tasks.push(runtime.spawn(Arc::clone(self).apply_all(number, queue.clone(), generation)));
            run.tasks.push(runtime.spawn(part.source.run(queue, self.store.clone())));
        }
        run.tasks.push(runtime.spawn(Arc::clone(self).keep_house()));
        for work in run.waiting.drain(..) {
            drop(runtime.spawn(work));
        }
        run.runtime = Some(runtime);
    }

    pub(crate) fn is_running(&self) -> bool {
        !self.run.lock().tasks.is_empty()
    }

    /// Runs the work of a subscriber: where the informer runs, else where the caller does, else once the informer starts.
    pub(crate) fn spawn(&self, work: Work) {
        let mut run = self.run.lock();
        match run.runtime.clone().or_else(|| Handle::try_current().ok()) {
            Some(runtime) => drop(runtime.spawn(work)),
            None => run.waiting.push(work),
        }
    }

    pub(crate) fn queues(&self) -> Vec<CellQueue> {
        self.run.lock().queues.clone()
    }

    /// Ends everything at once and frees the memory. Handlers are given nothing more.
    pub(crate) fn stop(&self) {
        drop(self.end_tasks());
        self.processor.abandon();
        self.forget();
    }

    /// Ends everything and frees the memory, and waits for it: handlers are given what they have not been told yet.
    pub(crate) async fn shut_down(&self) {
        let tasks = self.end_tasks();
        let handlers: Vec<Arc<Control>> = self.processor.controls();
        self.processor.close();
        self.forget();
        for task in tasks {
            // It was cancelled, which is no error here.
            drop(task.await);
        }
        for handler in handlers {
            if !handler.is_running_here() {
                handler.ended().await;
            }
        }
    }

    /// From here on nothing is written to the store by this run.
    fn end_tasks(&self) -> Vec<JoinHandle<()>> {
        let mut run = self.run.lock();
        let (tasks, queues) = (mem::take(&mut run.tasks), mem::take(&mut run.queues));
        run.waiting.clear();
        run.runtime = None;
        drop(run);
        self.processor.exclusively(|| {
            self.generation.fetch_add(1, Ordering::Relaxed);
            self.progress.stop();
        });
        for queue in queues {
            queue.close();
        }
        for task in &tasks {
            task.abort();
        }
        tasks
    }

    fn forget(&self) {
        self.store.clear();
        // There is nothing left to compare with, so this only takes the revision back.
        drop(self.store.replace(Vec::<Cell>::new(), None));
        let mut cooling = self.cooling.lock();
        let cooler = lookglass_object::Cooler::new(self.settings.retention, self.settings.cooling);
        drop(mem::replace(&mut cooling.cooler, cooler));
        cooling.overlooked = false;
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
