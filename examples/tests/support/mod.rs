//! What the tests of the programs share.

use std::process::Command;

/// What the program printed, after checking that it ended well.
pub(crate) fn output_of(program: &str) -> String {
    let output = Command::new(program).output().expect("the program starts");
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("programs print UTF-8")
}
