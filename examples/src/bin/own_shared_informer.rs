//! A shared informer of one's own, put together from reflector, delta queue, indexer and processor, and a web server that answers from its index.

use std::{future::pending, net::SocketAddr};

use clap::Parser;
use k8s_openapi::api::core::v1::Pod;
use lookglass::{
    Result,
    apiserver::ApiServer,
    cache::{self, Delta, DeltaFifo, Store, StoreChange, StoreError},
    client::ListWatch,
    informer::{Event, Listener, ListenerOptions, Processor, Reflector},
    object::{Key, Object},
};
use lookglass_examples::{Cluster, Until, connect, http, moment};
use tokio::{net::TcpListener, time::Instant};

/// Follows the pods of all namespaces with a shared informer that is made here from its parts, and answers /pods?index=app&value=web from its index.
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    cluster: Cluster,
    #[command(flatten)]
    until: Until,
    /// Where to answer
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Args { cluster, until, listen } = Args::parse();
    let connection = connect(&cluster, PODS).await?;
    let informer = Shared::new();
    let label = |pod: &Object<Pod>| pod.labels().get("app").map(str::to_owned);
    let _by_app = informer.store.add_index(cache::Index::new("app", label))?;

    let socket = TcpListener::bind(listen).await?;
    let address = socket.local_addr()?;
    println!("http://{address}/pods?index=app&value=web");
    let (audit, names) = (informer.listener("audit"), informer.listener("names"));
    let store = informer.store.clone();
    tokio::select! {
        biased; // Whose turn it is would be drawn otherwise, and every run would print in another order.
        ended = informer.run(ListWatch::typed(&connection.client)) => ended,
        ended = http::serve(socket, move |question| answer(&store, question)) => Ok(ended?),
        () = audit.run(|event| println!("audit: {} of {}", verb(event), event.object().key())) => Ok(()),
        () = names.run(|event| println!("names: {}", event.object().name())) => Ok(()),
        ended = connection.meanwhile(until, |api| play(api, address)) => ended,
    }
}

type Pods = Store<Key, Object<Pod>>;

/// One watch, one store, and as many listeners as there are.
struct Shared {
    queue: DeltaFifo<Key, Object<Pod>>,
    store: Pods,
    processor: Processor<Key, Object<Pod>>,
}

impl Shared {
    fn new() -> Self {
        let key = |pod: &Object<Pod>| pod.key().clone();
        let store = Store::new(key);
        let queue = DeltaFifo::builder(key).known_objects(store.clone()).emit_replaced(true).build();
        Self { queue, store, processor: Processor::new(key) }
    }

    /// Is told what exists and then every change, whenever it joins.
    fn listener(&self, name: &str) -> Listener<Key, Object<Pod>> {
        self.processor.add_listener(ListenerOptions::default().name(name), now(), || self.store.list())
    }

    async fn run(&self, what: ListWatch<Pod>) -> Result<()> {
        tokio::select! {
            _ = Reflector::new(what).run(&self.queue, pending()) => Ok(()),
            () = self.process() => Ok(()),
        }
    }

    async fn process(&self) {
        // `popped` is dropped at the end of each round: then the queue counts its deltas as being in the store.
        while let Ok(mut popped) = self.queue.pop().await {
            let (initial, deltas) = (popped.is_initial(), popped.take_deltas());
            // Nobody joins between the store's change and the events that tell of it.
            self.processor.distribute(now(), || self.apply(deltas, initial)).accepted().await;
        }
    }

    fn apply(&self, deltas: Vec<Delta<Key, Object<Pod>>>, initial: bool) -> Vec<Event<Pod>> {
        let certain = !deltas.iter().any(|delta| matches!(delta, Delta::Tombstone(_)));
        let applied = self.store.batch(|batch| {
            for delta in deltas {
                match delta {
                    Delta::Added(pod) | Delta::Updated(pod) | Delta::Replaced(pod) | Delta::Sync(pod) => batch.add(pod),
                    Delta::Deleted(pod) => batch.delete(&pod),
                    Delta::Tombstone(gone) => batch.remove(gone.key),
                }
            }
        });
        // What a delta is called is how the server told it. Whether it is news is known by the store alone.
        let event = |change| match change {
            StoreChange::Added { new, .. } => Event::Added { object: new, initial },
            StoreChange::Updated { old, new, .. } => Event::Updated { old, new },
            StoreChange::Deleted { last, .. } => Event::Deleted { last, certain },
        };
        applied.changes.into_iter().map(event).collect()
    }
}

/// The keys under a value of an index, from memory: the API server is not asked.
fn answer(store: &Pods, question: &http::Question) -> Result<String, StoreError> {
    let mut keys = match (question.param("index"), question.param("value")) {
        (Some(index), Some(value)) => store.index_keys(index, value)?,
        _ => store.list_keys(),
    };
    keys.sort_unstable();
    Ok(keys.iter().map(|key| format!("{key}\n")).collect())
}

fn verb(event: &Event<Pod>) -> &'static str {
    match event {
        Event::Added { initial: true, .. } => "listing",
        Event::Added { .. } => "addition",
        Event::Updated { .. } => "update",
        Event::Deleted { .. } => "deletion",
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

const PODS: &str = "
{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {app: web}}, spec: {containers: [{name: web, image: nginx}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: db-0, labels: {app: db}}, spec: {containers: [{name: db, image: mysql}]}}
";

/// What happens while the program looks on, if it has no cluster to look at.
async fn play(api: ApiServer, address: SocketAddr) -> Result<()> {
    moment().await;
    api.apply_yaml(&PODS.replace("-0", "-1")).await?;
    api.delete::<Pod>("default/web-0").await?;
    moment().await;
    for question in ["/pods", "/pods?index=app&value=web", "/pods?index=owner&value=web"] {
        print!("GET {question}\n{}", http::get(address, question).await?);
    }
    Ok(())
}
