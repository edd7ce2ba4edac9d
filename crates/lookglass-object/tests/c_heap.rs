//! What learning leaves behind on the heap of C, in a process of its own: it is seen in what is resident.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use lookglass_object::{Arrival, Depot, Dynamic, Gvk, Intake, Retention};

/// Bytes of this process in memory that no file backs.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has it");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("since Linux 4.5");
    let kilobytes = line.split_whitespace().next().and_then(|number| number.parse::<usize>().ok());
    kilobytes.expect("a number") << 10
}

/// On a thread of its own, as in a runtime of several: only the first thread's memory can be given back from outside.
#[test]
fn a_training_gives_back_what_it_worked_in() {
    let grown = std::thread::spawn(|| {
        let family = Depot::global().family(&Gvk::core("v1", "Learnt"));
        let mut intake = Intake::<Dynamic>::new(family).retention(Retention::Packed);
        // Nothing that an object could be packed well with by itself.
        let mixed = |number: u64| number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        let common: String = (0..150).map(|number| format!("{:x}", mixed(mixed(number)))).collect();
        let mut all = Vec::new();
        for number in 0_u64.. {
            let own = mixed(number);
            let text = format!(
                r#"{{"metadata":{{"name":"n{number}","resourceVersion":"{number}"}},"data":{{"own":"{own:x}","common":"{common}"}}}}"#
            );
            all.push(intake.json(text.as_bytes(), Arrival::Listed).expect("an object"));
            let Some(training) = intake.training() else { continue };
            let before = resident();
            // The first may find that the kind is too small still, and has worked as much.
            training.run();
            return resident().saturating_sub(before);
        }
        0
    });
    let grown = grown.join().expect("it learns");
    println!("{grown} bytes more");
    assert!(grown < 3 << 20, "{grown} bytes more");
}
