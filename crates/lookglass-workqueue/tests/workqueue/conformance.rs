use lookglass_workqueue::{DelayingQueue, Queue, RateLimitingQueue, conformance};
use std::sync::Arc;

fn name(n: u32) -> Arc<str> {
    format!("default/item-{n}").into()
}

#[test]
fn queue() {
    conformance::queue(|| Queue::new("plain"), name);
}

#[test]
fn delaying_queue() {
    conformance::delaying_queue(|timer| DelayingQueue::builder("delaying", timer).metrics(()).build(), name);
}

#[test]
fn rate_limiting_queue() {
    let make = |timer, limiter| RateLimitingQueue::builder("limited", timer).hash_seed(7).build_with(limiter);
    conformance::rate_limiting_queue(make, |n| n);
}

/// The suites have to notice what they promise to notice.
mod notices {
    use lookglass_workqueue::{Drain, Get, Item, Queue, WorkQueue, conformance};

    /// A queue with one fault.
    #[derive(Clone)]
    struct Faulty {
        queue: Queue<u32>,
        fault: Fault,
    }

    #[derive(Clone, Copy, PartialEq)]
    enum Fault {
        LosesAfterDone,
        AddsTwins,
        ForgetsToClose,
        ForgetsDone,
    }

    impl WorkQueue for Faulty {
        type Item = u32;
        type Claim = Item<u32>;
        type Get = Get<u32>;
        type Drain = Drain<u32>;

        fn add(&self, item: u32) {
            match self.fault {
                Fault::LosesAfterDone if self.queue.stats().processing > 0 => {}
                Fault::AddsTwins => {
                    self.queue.add(item);
                    self.queue.add(item + 1000);
                }
                _ => self.queue.add(item),
            }
        }

        fn get(&self) -> Get<u32> {
            self.queue.get()
        }

        fn done(&self, item: &u32) {
            if self.fault != Fault::ForgetsDone {
                self.queue.done(item);
            }
        }

        fn len(&self) -> usize {
            self.queue.len()
        }

        fn shut_down(&self) {
            if self.fault != Fault::ForgetsToClose {
                self.queue.shut_down();
            }
        }

        fn shut_down_with_drain(&self) -> Drain<u32> {
            self.queue.shut_down_with_drain()
        }

        fn shut_down_with_full_drain(&self) -> Drain<u32> {
            self.queue.shut_down_with_full_drain()
        }

        fn is_shutting_down(&self) -> bool {
            self.queue.is_shutting_down()
        }
    }

    fn breach(fault: Fault) -> String {
        let make = move || Faulty { queue: Queue::new("faulty"), fault };
        let panic = std::panic::catch_unwind(|| conformance::queue(make, |n| n)).expect_err("the suite notices");
        match panic.downcast_ref::<String>() {
            Some(message) => message.clone(),
            None => panic.downcast_ref::<&str>().expect("a message").to_string(),
        }
    }

    #[test]
    fn every_fault() {
        assert!(breach(Fault::LosesAfterDone).contains("does not line up"));
        assert!(breach(Fault::AddsTwins).contains("not lined up again"));
        assert!(breach(Fault::ForgetsToClose).contains("after shut down"));
        assert!(breach(Fault::ForgetsDone).contains("does not wait while an item is ready"));
    }
}
