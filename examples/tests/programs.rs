//! Runs every example program as a user would and compares what it prints.

use std::process::Command;

/// What the program printed, after checking that it ended well.
fn output_of(program: &str) -> String {
    let output = Command::new(program).output().expect("the program starts");
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("programs print UTF-8")
}

/// The standard output of the example of that name.
macro_rules! output_of {
    ($name:literal) => {
        output_of(env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}

#[test]
fn hello() {
    insta::assert_snapshot!(output_of!("hello"), @"hello");
}
