//! Runs a program as a user would.

use std::process::Command;

/// What the program printed, after checking that it ended well.
pub(crate) fn output_of(program: &str) -> String {
    output_with(program, &[])
}

/// The same with arguments.
pub(crate) fn output_with(program: &str, arguments: &[&str]) -> String {
    // Whoever runs the tests may have a cluster, which is not to be touched.
    let output = Command::new(program).args(arguments).env_remove("KUBECONFIG").output().expect("the program starts");
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("programs print UTF-8")
}
