//! The indexed store by hand: what client-go calls Store and Indexer, on a type of one's own.

use lookglass::cache::{Index, IndexHandle, Store, StoreError};

/// As much of a pod as this program needs.
#[derive(Debug, Clone, PartialEq)]
struct Pod {
    namespace: &'static str,
    name: &'static str,
    app: Option<&'static str>,
    value: u32,
}

impl Pod {
    const fn new(namespace: &'static str, name: &'static str, app: &'static str) -> Self {
        Self { namespace, name, app: Some(app), value: 1 }
    }
}

fn key_of(pod: &Pod) -> String {
    format!("{}/{}", pod.namespace, pod.name)
}

type Pods = Store<String, Pod>;
type ByNamespace = IndexHandle<String, Pod, &'static str>;

/// A store with the one index that everybody needs.
fn store_of_pods() -> Result<(Pods, ByNamespace), StoreError> {
    let pods = Store::new(key_of);
    let by_namespace = pods.add_index(Index::new("namespace", |pod: &Pod| Some(pod.namespace)))?;
    Ok((pods, by_namespace))
}

fn sorted(mut keys: Vec<String>) -> Vec<String> {
    keys.sort_unstable();
    keys
}

fn names(pods: &[Pod]) -> Vec<String> {
    sorted(pods.iter().map(key_of).collect())
}

fn main() -> Result<(), StoreError> {
    lookglass_examples::about("The indexed store by hand, on a type of its own.");
    println!("# a store");
    let (pods, by_namespace) = store_of_pods()?;
    let pod1 = Pod::new("ns1", "pod1", "l1");
    pods.add(pod1.clone())?;
    pods.add(Pod::new("ns1", "pod2", "l2"))?;
    pods.add(Pod::new("ns2", "pod1", "l2"))?;
    println!("keys: {:?}", sorted(pods.list_keys()));
    println!("list: {} pods", pods.list().len());
    let old = pods.update(Pod { value: 11, ..pod1 })?;
    println!("updated: {:?} -> {:?}", old.map(|pod| pod.value), pods.get(&pod1)?.map(|pod| pod.value));
    println!("by key: {:?}", pods.get_by_key("ns2/pod1").map(|pod| key_of(&pod)));
    println!("deleted: {:?}", pods.delete(&Pod::new("ns1", "pod2", ""))?.map(|pod| key_of(&pod)));
    println!("deleted again: {:?}", pods.delete(&Pod::new("ns1", "pod2", ""))?);

    println!("# the namespace index is always there");
    println!("namespaces: {:?}", by_namespace.values());
    println!("in ns1: {:?}", by_namespace.keys("ns1"));

    println!("# an index added to a filled store");
    let by_app = pods.add_index(Index::new("app", |pod: &Pod| pod.app))?;
    println!("indexes: {:?}", pods.index_names());
    println!("index_keys(app, l1): {:?}", pods.index_keys("app", "l1")?);
    println!("by_index(app, l2): {:?}", names(&pods.by_index("app", "l2")?));
    println!("index_values(app): {:?}", pods.index_values("app")?);
    println!("again: {}", pods.add_index(Index::new("app", |pod: &Pod| pod.app)).expect_err("the name is taken"));
    println!("unknown: {}", pods.index_keys("owner", "x").expect_err("nobody added it"));

    println!("# replace");
    let listed = [Pod::new("ns1", "pod1", "l1"), Pod::new("ns1", "pod3", "l1"), Pod::new("ns3", "pod4", "l3")];
    let replaced = pods.replace(listed, "1042".to_owned())?;
    println!("changes: {}, revision: {:?}", replaced.changes.len(), pods.revision());
    println!("like pod1 by app: {:?}", names(&pods.index("app", &pod1)?));
    println!("like pod1 by namespace: {:?}", names(&by_namespace.sharing(&pod1)?));
    pods.resync();
    println!("after resync: {} pods", pods.len());

    println!("# a snapshot stays");
    let now = pods.snapshot();
    pods.remove("ns1/pod3");
    println!("l1 then: {:?}, now: {:?}", now.by(&by_app).keys("l1"), by_app.keys("l1"));

    println!("# an index goes with its last handle");
    drop(by_app);
    println!("indexes: {:?}", pods.index_names());
    println!("{pods:?}");
    Ok(())
}
