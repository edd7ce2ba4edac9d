//! The tour: what a newcomer sees first.

use std::process::Command;

use lookglass::apiserver::ApiServer;
use tokio::runtime::Runtime;

use crate::support::{output_of_command, output_with};

const TOUR: &str = env!("CARGO_BIN_EXE_tour");

#[test]
fn tour() {
    let said = output_with(TOUR, &["--fast"]);
    assert!(!said.contains('\x1b'), "colours belong in terminals");
    let widest = said.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(88), "a line of {widest:?} columns does not fit");
    // Numbers are another matter in every run, but for these.
    for line in said.lines() {
        if let Some((_, counts)) = line.split_once("cache and server: ") {
            let counts: Vec<&str> = counts.split(' ').collect();
            assert_eq!(counts[0], counts[2], "{line}");
        }
    }
    for line in [
        "requests for all this: 0\n",
        "told of although nobody saw them: 3\n",
        "and it is 0 behind\n",
        "after shutdown: 0 objects, 0 B\n",
    ] {
        assert!(said.contains(line), "not said: {line}");
    }
    insta::assert_snapshot!(masked(&said).trim(), @r##"
    lookglass a live reflection of Kubernetes, in your process

    A Kubernetes API server starts inside this program, with a made-up fleet in which
    pods restart, come and go. No cluster is needed, and none is touched.

    ─ # Ask ─

    A client, from a kubeconfig as kubectl finds it: `Client::from_env().await?`.
    Clientset, dynamic, metadata-only, raw and discovery clients stand on it.

    │ let nodes = Clientset::new(client).core_v#().nodes();
    │ let nodes = nodes.list(&ListOptions::default()).await?;
    │
    │ let discovery = Discovery::new(client);
    │ // By every name that kubectl understands.
    │ let deploy = Mapper::new(&discovery).find("deploy").await?;

    → Kubernetes v#+lookglass with # nodes and # resources
    → `deploy` is Deployment of apps/v#; # requests, # time

    ─ # List, then watch ─

    Lists are read item by item as they come, in protobuf where the server has it.
    An object stays the bytes it came as until somebody asks for its type.

    │ let mut list = pods.list(&ListOptions::default());
    │ while let Some(pod) = list.next().await {
    │ pod?; // an Object<Pod>, or why this one alone cannot be read
    │ count += #;
    │ }
    │ let mut watch = pods.watch(&WatchOptions::after(list.version().clone())).await?;

    → # pods, # MB in # time; now watching from version #
    MODIFIED shop/pricing-# version #
    MODIFIED media/gallery-# version #
    MODIFIED media/thumbnails-# version #
    MODIFIED media/transcoder-# version #

    ─ # An informer, and a handler ─

    An informer keeps all of it current, whatever breaks, and tells whoever subscribes:
    first what there is, then each change. The old state comes with the new one.

    │ let handler = pods.on_event(move |event: &Event<Pod>| match event {
    │ Event::Added { object, initial } => log.added(object, *initial),
    │ Event::Updated { old, new } => log.updated(old, new),
    │ Event::Deleted { last, certain } => log.deleted(last, *certain),
    │ });
    │ // Not in time? The error says what is missing, and why.
    │ pods.start().synced(Duration::from_secs(#)).await?;

    → synced in # time: # pods are there, and the handler was told of #
    ~ shop/storefront-# # -> #
    ~ shop/pricing-# not ready any more
    ~ shop/checkout-# ready again
    ~ ops/log-shipper-# ready again
    ~ media/gallery-# not ready any more
    ~ media/thumbnails-# not ready any more
    ~ ops/metrics-agent-# not ready any more
    → in # time: # added, # updated, # deleted; above is a sample

    ─ # Ask again, without the server ─

    From now on questions cost no request. Indexes come and go while the informer runs;
    this one reads the bytes and decodes nothing. Label queries need no index.

    │ let by_node = pods.add_index(Index::path("spec.nodeName"))?;
    │ let count = |node: String| (by_node.count(&node), node);
    │ let nodes = by_node.values().into_iter().map(count).collect();
    │
    │ let chosen: Selector = labels.parse()?;
    │ let web = pods.lister().namespace(namespace).list(&chosen);

    node-# █ #
    node-# █ #
    node-# █ #
    node-# █ #
    node-# █ #
    and # more nodes
    → # of # pods are tier=web,track!=canary in shop: found in # time
    → shop/checkout-# runs registry.example.com/shop/checkout:#
    → requests for all this: #

    ─ # Never silently stale ─

    A cache may be stale, but never silently: phase, age and the last error can be read
    at any time. Here is a bad day: the server drops its watches, refuses new ones,
    forgets its history, and three pods vanish meanwhile.

    │ for watch in pods.freshness() {
    │ let health = watch.freshness.health(); // phase, version, last failure
    │ let age = watch.freshness.age(); // of the last event, bookmark or list
    │ said.push((health, age));
    │ }

    # time watching at version #, last heard # time ago
    the server drops its watches, and answers # from now on
    # time backing off (unreachable) at version #, last heard # time ago
    watch pods: the server is currently unable to handle the request; …
    the server is back, but has forgotten what happened
    # time backing off (expired) at version #, last heard # time ago
    the server ended the watch: too old resource version: # (#);…
    # time watching at version #, last heard # time ago
    → cache and server: # of # pods are there in the same version
    → deletions that the handler was told of although nobody saw them: #

    ─ # Nobody waits for the slow one ─

    Subscribers come late and are told everything all the same. A slow one harms nobody:
    beyond a bound its events are merged per object, and its lag is there to be read.

    │ let fast = pods.subscriber().name("fast").on_event(|_: &Event<Pod>| {});
    │ let slow = pods.subscriber().name("slow");
    │ let slow = slow.policy(BacklogPolicy::Coalesce { bound: # });
    │ let mut slow = slow.subscribe(); // a Stream, which nobody reads yet

    subscriber behind oldest merged handled
    listener-# # - # #
    fast # - # #
    slow # # time # #
    → then the slow one reads: # events in # batches, and it is # behind
    → listener-# is the handler of chapter #: # behind all the while

    ─ # What it costs ─

    Objects are kept as the bytes they came as, and packed where there are many:
    of the pods of a workload one is kept whole, and of the others what differs.
    And stopped means gone.

    │ let memory = pods.debug_view().memory;
    │
    │ drop(handler); // unsubscribes
    │ pods.shutdown().await;
    │ let after = pods.debug_view().memory;

    → # objects take # KB, # B each
    # packed, # B each instead of # B; # still as they came, # B each
    → after shutdown: # objects, # B

    ─ That was it ─

    The whole tour has asked the server # times. Where to go from here:

    cargo run --bin tour -- --context NAME the same on a cluster of yours
    cargo run --bin informer the smallest informer; more in examples/
    cargo doc -p lookglass --no-deps --open the manual
    "##);
}

/// On somebody's cluster.
#[test]
fn the_tour_only_reads_elsewhere() {
    let runtime = Runtime::new().expect("a runtime starts");
    let serving = runtime.block_on(async {
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {app: web}}, spec: {nodeName: node-7, containers: [{name: web, image: nginx}]}}";
        let other = pod.replace("web-0", "db-0").replace("app: web", "app: db");
        let api = ApiServer::builder().node("node-7").yaml(pod).yaml(&other).start().await.expect("it starts");
        api.serve_plain("127.0.0.1:0").await.expect("it serves")
    });
    let mut command = Command::new(TOUR);
    let said = output_of_command(command.args(["--fast", "--server", &serving.url()]).env_remove("KUBECONFIG"));
    for line in
        ["with 1 nodes", "2 pods are there", "1 of 2 pods are app=", "watching at version", "after shutdown: 0 objects"]
    {
        assert!(said.contains(line), "not said: {line}\n{said}");
    }
    let asked = serving.api().requests();
    assert!(asked.len() > 5 && asked.iter().all(|request| request.method == "GET"), "{asked:?}");
}

/// The same with a `#` for each number, `time` for each unit of it, and bars and gaps of one length.
fn masked(said: &str) -> String {
    let mut masked = String::new();
    // The word about the build is another one in a release.
    for line in said.lines().filter(|line| !line.contains("(Built")) {
        let mut last = ' ';
        for letter in line.trim().chars() {
            let letter = if letter.is_ascii_digit() { '#' } else { letter };
            let is_run = letter == last && "# █─".contains(letter);
            let ends_number = last == '#' && letter == '.';
            if !is_run && !ends_number {
                masked.push(letter);
                last = letter;
            }
        }
        masked.push('\n');
    }
    ["# µs", "# ms", "# s:", "# s "].iter().fold(masked, |masked, time| {
        masked.replace(time, &time.replace("µs", "time").replace("ms", "time").replace("# s", "# time"))
    })
}
