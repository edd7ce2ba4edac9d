//! A delta queue on a type of one's own: what happens to an object while nobody looks is kept and handed over together.

use lookglass::cache::{Delta, DeltaFifo, EnqueueError, Tombstone};

#[derive(Clone, Debug)]
struct Pod {
    name: &'static str,
    value: u32,
}

fn main() -> Result<(), EnqueueError> {
    lookglass_examples::about(
        "A delta queue on a type of its own: the changes of an object that nobody has looked at yet.",
    );
    let fifo = DeltaFifo::new(|pod: &Pod| pod.name);
    fifo.add(Pod { name: "pod-1", value: 1 })?;
    fifo.add(Pod { name: "pod-2", value: 2 })?;
    fifo.add(Pod { name: "pod-3", value: 3 })?;
    fifo.update(Pod { name: "pod-1", value: 11 })?;
    fifo.delete(Pod { name: "pod-1", value: 11 })?;

    println!("the newest of each:");
    for Pod { name, value } in fifo.list() {
        println!("  {name} {value}");
    }
    println!("popped:");
    drain(&fifo);

    // A queue that begins with a list tells that list apart from what comes later. What a list says is a Sync, or, if that is asked for, Replaced.
    for emit_replaced in [false, true] {
        let fifo = DeltaFifo::builder(|pod: &Pod| pod.name).emit_replaced(emit_replaced).build();
        fifo.replace(vec![Pod { name: "pod-1", value: 1 }, Pod { name: "pod-2", value: 2 }])?;
        fifo.add(Pod { name: "pod-3", value: 3 })?;
        // The next list lacks pod-1, so it must be gone, although nobody has seen it go.
        fifo.replace(vec![Pod { name: "pod-2", value: 2 }, Pod { name: "pod-3", value: 3 }])?;
        println!("popped, from lists:");
        drain(&fifo);
    }
    Ok(())
}

fn drain(fifo: &DeltaFifo<&'static str, Pod>) {
    while let Ok(Some(mut popped)) = fifo.try_pop() {
        println!("  {}{}", popped.key(), if popped.is_initial() { " (initial)" } else { "" });
        for delta in popped.take_deltas() {
            println!("    {}", describe(&delta));
        }
    }
}

fn describe(delta: &Delta<&'static str, Pod>) -> String {
    match delta {
        Delta::Added(pod) => format!("Added {}", pod.value),
        Delta::Updated(pod) => format!("Updated {}", pod.value),
        Delta::Deleted(pod) => format!("Deleted {}", pod.value),
        Delta::Tombstone(Tombstone { last, .. }) => match last {
            Some(pod) => format!("Deleted, last known {}", pod.value),
            None => "Deleted".to_owned(),
        },
        Delta::Replaced(pod) => format!("Replaced {}", pod.value),
        Delta::Sync(pod) => format!("Sync {}", pod.value),
    }
}
