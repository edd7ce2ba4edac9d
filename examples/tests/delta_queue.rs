//! Runs the delta queue example as a user would and compares what it prints.

use std::process::Command;

#[test]
fn delta_queue() {
    let output = Command::new(env!("CARGO_BIN_EXE_delta_queue")).output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    insta::assert_snapshot!(String::from_utf8(output.stdout).expect("programs print UTF-8"), @r"
    the newest of each:
      pod-1 11
      pod-2 2
      pod-3 3
    popped:
      pod-1
        Added 1
        Updated 11
        Deleted 11
      pod-2
        Added 2
      pod-3
        Added 3
    popped, from lists:
      pod-1 (initial)
        Replaced 1
        Deleted, last known 1
      pod-2 (initial)
        Replaced 2
        Replaced 2
      pod-3
        Added 3
        Replaced 3
    ");
}
